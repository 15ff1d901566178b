import { trusted } from '../../trusted.js';

export const parseDocument = (html: string): Document =>
  new DOMParser().parseFromString(trusted('HTML', html), 'text/html');

/**
 * An inert document loads and shows nothing, and runs no scripts or custom elements. This one makes elements and holds
 * none: an image that is named `createElement` would hide that method of its document.
 */
export const inert = parseDocument('');

/** The document that holds the shadow. */
export const keeper = parseDocument('');

/** Parses a single element. */
export function parseElement(html: string): Element {
  const parent = inert.createElement('div');
  parent.innerHTML = trusted('HTML', html);
  return parent.firstElementChild as Element;
}

/** Makes an attribute as the parser does: `xlink:href` of SVG has a namespace, and `setAttribute` refuses `@click`. */
export function parseAttribute(element: Element, name: string): Attr {
  const [foreign = 'a'] = /svg|math$/i.exec(element.namespaceURI?.replace('MathML', 'math') ?? '') ?? [];
  return parseElement(`<${foreign} ${name}>`).attributes[0]?.cloneNode() as Attr;
}
