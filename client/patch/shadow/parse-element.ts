import { core } from '../../core.js';

/** Parses a single element. */
export function parseElement(html: string): Element {
  const parent = core.inert.createElement('div');
  parent.innerHTML = core.trusted('HTML', html);
  return parent.firstElementChild as Element;
}

/** Makes an attribute as the parser does: `xlink:href` of SVG has a namespace, and `setAttribute` refuses `@click`. */
export function parseAttribute(element: Element, name: string): Attr {
  const [foreign = 'a'] = /svg|math$/i.exec(element.namespaceURI?.replace('MathML', 'math') ?? '') ?? [];
  return parseElement(`<${foreign} ${name}>`).attributes[0]?.cloneNode() as Attr;
}
