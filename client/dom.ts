/**
 * The accessors of the live page. They come from the prototypes, because a form answers for its fields:
 * `form.parentNode` is the field that is named `parentNode`, if there is one.
 * HTML, "LegacyOverrideBuiltIns"; https://html.spec.whatwg.org/#the-form-element
 * The shadow needs none of this: it has no real forms (shadow.ts).
 */
function getter<T>(prototype: object, name: string): (node: Node) => T {
  return (node) => Reflect.get(prototype, name, node);
}

function method<A extends unknown[], R>(prototype: object, name: string): (node: Node, ...args: A) => R {
  const call = (prototype as Record<string, (...args: A) => R>)[name] as (...args: A) => R;
  return (node, ...args) => call.apply(node, args);
}

const node = Node.prototype;
const element = Element.prototype;

export const parentOf = getter<Node | null>(node, 'parentNode');
export const nextOf = getter<Node | null>(node, 'nextSibling');
export const firstOf = getter<Node | null>(node, 'firstChild');
export const isConnected = getter<boolean>(node, 'isConnected');
export const attributesOf = getter<NamedNodeMap>(element, 'attributes');
export const classesOf = getter<DOMTokenList>(element, 'classList');
export const textOf = getter<string>(node, 'textContent');
export const nameOf = getter<string>(element, 'localName');

/** Sets what `textOf` reads: all children give way to one text. */
export const setText = (live: Node, text: string): boolean => Reflect.set(node, 'textContent', text, live);

export const contains = method<[Node | null], boolean>(node, 'contains');
export const insertBefore = method<[Node, Node | null], Node>(node, 'insertBefore');
export const removeChild = method<[Node], Node>(node, 'removeChild');
export const replaceChild = method<[Node, Node], Node>(node, 'replaceChild');
export const closest = method<[string], Element | null>(element, 'closest');
export const getAttribute = method<[string], string | null>(element, 'getAttribute');
export const setAttributeNode = method<[Attr], Attr | null>(element, 'setAttributeNodeNS');
export const removeAttribute = method<[string | null, string], void>(element, 'removeAttributeNS');

// A document answers for its named forms and images in the same way.
const page = Document.prototype;
export const rootOf = getter<Element>(page, 'documentElement');
export const focusedOf = getter<Element | null>(page, 'activeElement');
export const importNode = page.importNode.bind(document);
export const createElement = page.createElementNS.bind(document);
export const select = page.querySelectorAll.bind(document);

export const HTML = 'http://www.w3.org/1999/xhtml';

const htmlStyle = getter<CSSStyleDeclaration>(HTMLElement.prototype, 'style');

/** `style` is defined apart for HTML, SVG and MathML; only an HTML form can hide it. */
export function styleOf(live: Element): CSSStyleDeclaration {
  return live instanceof HTMLElement ? htmlStyle(live) : (live as SVGElement).style;
}

/** Where the children of an element are. */
export function holderOf(live: Node): Node {
  return live instanceof HTMLTemplateElement ? live.content : live;
}

const moveBefore =
  'moveBefore' in element ? method<[Node, Node | null], void>(element, 'moveBefore') : undefined;

/**
 * Puts a node before another. A node that is on the page already is moved without being taken out,
 * where the browser can do that: focus, iframes, media and animations go on.
 */
export function place(parent: Node, child: Node, before: Node | null): void {
  if (moveBefore && isConnected(parent) && isConnected(child)) moveBefore(parent, child, before);
  else insertBefore(parent, child, before);
}
