/**
 * The accessors of live nodes. They are the prototypes' own, because a field hides its form's properties:
 * `form.parentNode` is the field that is named `parentNode`, if the form has one.
 * HTML, "LegacyOverrideBuiltIns"; https://html.spec.whatwg.org/#the-form-element
 * The shadow has plain elements in place of forms (shadow.ts) and uses ordinary properties.
 */
/* @__NO_SIDE_EFFECTS__ */
function getter<T>(prototype: object, name: string): (node: Node) => T {
  return (node) => Reflect.get(prototype, name, node);
}

/* @__NO_SIDE_EFFECTS__ */
function method<A extends unknown[], R, N = Node>(
  prototype: object,
  name: string,
): (node: N, ...args: A) => R {
  return (node, ...args) => Reflect.get(prototype, name).apply(node, args);
}

const node = Node.prototype;
const element = Element.prototype;

export const parentOf = getter<Node | null>(node, 'parentNode');
export const nextOf = getter<Node | null>(node, 'nextSibling');
export const firstOf = getter<Node | null>(node, 'firstChild');
export const documentOf = getter<Document | null>(node, 'ownerDocument');
export const isConnected = getter<boolean>(node, 'isConnected');
export const attributesOf = getter<NamedNodeMap>(element, 'attributes');
export const classesOf = getter<DOMTokenList>(element, 'classList');

export const nameOf = getter<string>(element, 'localName');

export const scrollLeftOf = getter<number>(element, 'scrollLeft');
export const scrollTopOf = getter<number>(element, 'scrollTop');

export const rectOf = method<[], DOMRect>(element, 'getBoundingClientRect');
export const scrollToPlace = method<[ScrollToOptions], void>(element, 'scrollTo');
export const closest = method<[string], Element | null>(element, 'closest');
export const contains = method<[Node | null], boolean>(node, 'contains');
export const queryAll = method<[string], NodeListOf<Element>, Element>(element, 'querySelectorAll');
export const removeChild = method<[Node], Node>(node, 'removeChild');
export const getAttribute = method<[string], string | null>(element, 'getAttribute');
export const setAttribute = method<[string, string], void>(element, 'setAttribute');
export const getAttributeNode = method<[string], Attr | null>(element, 'getAttributeNode');
export const setAttributeNode = method<[Attr], Attr | null>(element, 'setAttributeNodeNS');
export const removeAttribute = method<[string | null, string], void>(element, 'removeAttributeNS');
const insertBefore = method<[Node, Node | null], Node>(node, 'insertBefore');
const moveBefore = method<[Node, Node | null], void>(element, 'moveBefore');

// Named forms, images and frames hide any property of their document in the same way, those of the language included.
const page = Document.prototype;
export const rootOf = getter<Element>(page, 'documentElement');
export const focusOf = getter<Element | null>(page, 'activeElement');
export const isHidden = getter<boolean>(page, 'hidden');
export const readyStateOf = getter<DocumentReadyState>(page, 'readyState');
export const select = /* @__PURE__ */ page.querySelectorAll.bind(document);
export const fire = /* @__PURE__ */ page.dispatchEvent.bind(document);
export const elementOf = /* @__PURE__ */ page.getElementById.bind(document);
export const importNode = /* @__PURE__ */ page.importNode.bind(document);
export const createElement = /* @__PURE__ */ page.createElement.bind(document);
export const importInto = /* @__PURE__ */ method<[Node], Node, Document>(page, 'importNode');

type Listener<E> = (event: E) => unknown;

interface Listen {
  <T extends keyof WindowEventMap>(
    target: Window,
    type: T,
    listener: Listener<WindowEventMap[T]>,
    options?: AddEventListenerOptions | boolean,
  ): void;
  <T extends keyof DocumentEventMap>(
    target: Document,
    type: T,
    listener: Listener<DocumentEventMap[T]>,
  ): void;
  (
    target: EventTarget,
    type: string,
    listener: Listener<Event>,
    options?: AddEventListenerOptions | boolean,
  ): void;
}

/** The window inherits these methods, so an element with such an id hides them. */
const events = EventTarget.prototype;
export const listen: Listen = method(events, 'addEventListener');
export const unlisten: Listen = method(events, 'removeEventListener');

/** HTML, SVG and MathML each define `style`; only an HTML form can hide it. */
export function styleOf(live: Element): CSSStyleDeclaration {
  return live instanceof HTMLElement
    ? Reflect.get(HTMLElement.prototype, 'style', live)
    : (live as SVGElement).style;
}

/** The node that holds an element's children. */
export function holderOf(live: Node): Node {
  return live instanceof HTMLTemplateElement ? live.content : live;
}

/**
 * Puts a node before another. A node of the page moves without leaving it if the browser has
 * `moveBefore`: focus, iframes, media and animations go on.
 */
export function place(parent: Node, child: Node, before: Node | null): void {
  const canMove = 'moveBefore' in element && isConnected(parent) && isConnected(child);
  (canMove ? moveBefore : insertBefore)(parent, child, before);
}
