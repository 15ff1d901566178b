import { importNode, nameOf, setAttributeNode } from './dom.js';

type Kind = 'HTML' | 'Script' | 'ScriptURL';
type Policy = Record<`create${Kind}`, (text: string) => string>;

/** The part of the browser's API that is used here. https://www.w3.org/TR/trusted-types/ */
declare const trustedTypes: {
  createPolicy(name: string, rules: Policy): Policy;
  getAttributeType(
    element: string,
    attribute: string,
    elementNamespace: string | null,
    attributeNamespace: string | null,
  ): `Trusted${Kind}` | null;
};

const same = (text: string): string => text;

/**
 * Patches are the server's own HTML, as the load is. The policy is made once and stays in this script, so that no other
 * script can use it: parts get functions, because a second policy of the same name would be refused.
 */
const policy = createPolicy();

function createPolicy(): Policy | undefined {
  try {
    return trustedTypes.createPolicy('fastify-issr', {
      createHTML: same,
      createScript: same,
      createScriptURL: same,
    });
  } catch {
    // Without the API, or if the page's `trusted-types` lacks the name: then the browser logs what it refuses.
  }
}

/** Marks a text of the server for the browser's Trusted Types. */
export const trusted = (kind: Kind, text: string): string => policy?.[`create${kind}`](text) ?? text;

export type Trusted = typeof trusted;
export type CopyAttribute = typeof copyAttribute;

/** Sets a copy of an attribute. The browser takes some only as trusted values: `onclick`, `srcdoc`, a script's `src`. */
export function copyAttribute(element: Element, attribute: Attr): void {
  const { name, localName, namespaceURI } = attribute;
  const type =
    policy && trustedTypes.getAttributeType(nameOf(element), localName, element.namespaceURI, namespaceURI);
  if (type) {
    const value = trusted(type.slice('Trusted'.length) as Kind, attribute.value);
    Element.prototype.setAttributeNS.call(element, namespaceURI, name, value);
  } else setAttributeNode(element, importNode(attribute));
}
