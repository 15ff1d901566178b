/** Random pages for the browser oracle: trees that a parser builds as they are written. */
export interface Element {
  tag: string;
  attributes: Record<string, string>;
  children: (Element | string)[];
}

/** Content models, kept simple so that the parser repairs no page. */
const CONTENT: Record<string, string[]> = {
  body: [
    'div',
    'section',
    'form',
    'ul',
    'table',
    'select',
    'svg',
    'template',
    'details',
    'p',
    'input',
    'textarea',
  ],
  div: [
    'div',
    'span',
    'p',
    'ul',
    'input',
    'select',
    'textarea',
    'button',
    'svg',
    'details',
    'template',
    'noscript',
  ],
  section: ['div', 'p', 'ul', 'input', 'table'],
  form: ['input', 'input', 'textarea', 'select', 'button', 'div', 'fieldset', 'p'],
  fieldset: ['input', 'select', 'p'],
  ul: ['li'],
  li: ['span', 'input', 'div', 'a'],
  p: ['span', 'b', 'a', 'input', 'svg'],
  span: ['b', 'i'],
  a: ['b', 'i'],
  b: ['i'],
  i: [],
  table: ['tbody'],
  tbody: ['tr'],
  tr: ['td', 'th'],
  td: ['span', 'input', 'div'],
  th: ['b'],
  select: ['option', 'optgroup'],
  optgroup: ['option'],
  option: [],
  button: ['b', 'i'],
  svg: ['g', 'circle', 'foreignObject', 'a'],
  g: ['circle', 'g', 'a'],
  circle: [],
  foreignObject: ['div', 'p', 'input'],
  template: ['div', 'li', 'input', 'form'],
  details: ['summary', 'p', 'input'],
  summary: ['b'],
  textarea: [],
  input: [],
  noscript: [],
};
const NO_TEXT = /^(table|tbody|tr|select|optgroup|ul|input|svg|g|circle|noscript)$/;
const NAMES = ['attributes', 'nodeName', 'parentNode', 'firstChild', 'a', 'b', 'id', 'style', 'nextSibling'];

export interface Random {
  (limit: number): number;
  pick<T>(list: readonly T[]): T;
}

/** Mulberry32: the same numbers for the same seed. */
export function createRandom(seed: number): Random {
  let state = seed;
  const random = (limit: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % limit;
  };
  return Object.assign(random, { pick: <T>(list: readonly T[]): T => list[random(list.length)] as T });
}

const TEXTS = ['one', 'two', ' ', '\n ', 'a & b', '<i>', 'three words here', '5', '6', 'ä€😀'];
const CLASSES = ['red', 'blue', 'red big', ''];

function randomAttributes(random: Random, tag: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  if (!random(4)) attributes.id = random.pick(['x', 'y', 'z', '1', 'a b', 'w', 'v', 'u']);
  if (!random(4)) attributes.class = random.pick(CLASSES);
  if (!random(8)) attributes.style = random.pick(['color: red', 'margin: 1px; color: blue', 'top: 0px']);
  if (!random(8)) attributes.title = random.pick(TEXTS);
  if (tag === 'input') {
    attributes.type = random.pick([
      'text',
      'checkbox',
      'radio',
      'number',
      'range',
      'hidden',
      'email',
      'submit',
    ]);
    if (!random(3)) attributes.value = random.pick(['1', '2', '70', 'abc', ' x ']);
    if (!random(3)) attributes.checked = '';
    if (!random(6)) attributes.max = random.pick(['50', '200']);
  }
  if (/input|select|textarea|button/.test(tag) && random(4)) attributes.name = random.pick(NAMES);
  if (tag === 'option' && !random(3)) attributes.selected = '';
  if (tag === 'option' && !random(3)) attributes.value = random.pick(['1', '2', '3']);
  if (tag === 'select' && !random(4)) attributes.multiple = '';
  if (tag === 'details' && !random(2)) attributes.open = '';
  if (tag === 'a') attributes['xlink:href'] = random.pick(['#a', '#b']);
  if (tag === 'svg' && !random(2)) attributes.viewBox = '0 0 1 1';
  return attributes;
}

export function randomElement(random: Random, tag: string, depth: number): Element {
  const element: Element = { tag, attributes: randomAttributes(random, tag), children: [] };
  for (let count = random(depth > 4 ? 1 : 5); count > 0; count--) insertRandom(random, element, depth);
  return element;
}

function insertRandom(random: Random, parent: Element, depth: number): void {
  const at = random(parent.children.length + 1);
  const tags = CONTENT[parent.tag] ?? [];
  const isText = !NO_TEXT.test(parent.tag) && !random(3);
  const isNextToText = [parent.children[at - 1], parent.children[at]].some(
    (child) => typeof child === 'string',
  );
  if (isText && !isNextToText) parent.children.splice(at, 0, random.pick(TEXTS));
  else if (tags.length > 0)
    parent.children.splice(at, 0, randomElement(random, random.pick(tags), depth + 1));
}

/** Another state of the page: some of its elements changed, moved, taken away or wrapped. */
export function mutate(random: Random, body: Element): Element {
  const copy = structuredClone(body);
  for (let count = 1 + random(5); count > 0; count--) mutateOne(random, random.pick(elementsOf(copy)));
  return copy;
}

function elementsOf(element: Element): Element[] {
  return [
    element,
    ...element.children.flatMap((child) => (typeof child === 'string' ? [] : elementsOf(child))),
  ];
}

function mutateOne(random: Random, element: Element): void {
  const { children } = element;
  const at = random(children.length || 1);
  const [kind, child] = [random(8), children[at]];
  if (kind === 0) element.attributes = randomAttributes(random, element.tag);
  else if (kind === 1) children.splice(at, 1);
  else if (kind === 2 && children.length > 1)
    children.splice(random(children.length), 0, ...children.splice(at, 1));
  else if (kind === 3) children.reverse();
  else if (kind === 4 && typeof child === 'string') children[at] = random.pick(TEXTS);
  else if (kind === 5 && typeof child === 'object' && /^(div|section|li|td)$/.test(element.tag)) {
    if (child.tag !== 'option') children[at] = { tag: 'div', attributes: {}, children: [child] };
  } else insertRandom(random, element, 3);
}

const quote = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

export function toHtml(element: Element | string): string {
  if (typeof element === 'string') return quote(element);
  const { tag, attributes, children } = element;
  const written = Object.entries(attributes).map(([name, value]) => ` ${name}="${quote(value)}"`);
  const start = `<${tag}${written.join('')}>`;
  return tag === 'input' ? start : `${start}${children.map(toHtml).join('')}</${tag}>`;
}
