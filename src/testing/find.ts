import { prettyDOM, queries } from '@testing-library/dom';

/**
 * Names an element as its visitor sees it. A string is a label (also an `aria-label`), else the text of a button or link,
 * else any text, a placeholder, an `alt`, a `title`, or a CSS selector: the first kind that matches counts.
 */
export type Target = string | Element | ElementQuery;

/** Exactly one kind of query. Strings match the whole text, regular expressions a part of it. */
export interface ElementQuery {
  /** The text of a field's label, or its `aria-label`. */
  label?: string | RegExp | undefined;
  /** An ARIA role: `button`, `link`, `textbox`, `row`. */
  role?: string | undefined;
  /** The accessible name, with `role`. */
  name?: string | RegExp | undefined;
  text?: string | RegExp | undefined;
  /** A CSS selector. */
  selector?: string | undefined;
  /** Only elements inside this one. */
  within?: Target | undefined;
}

const CONTROLS = 'button, a[href], summary, option, [role]';
const BUTTON_INPUTS = 'input:is([type=submit], [type=button], [type=reset])';
/** Characters of the page that an error shows. */
const MAX_SHOWN = 4000;

/**
 * Returns the one element that a target names.
 *
 * @throws Error with the page's HTML if no element matches, or with the matches if several do
 */
export function find(document: Document, target: Target): Element {
  if (typeof target !== 'string' && 'nodeType' in target) return target;
  const found = findAll(document, target);
  const [first] = found;
  if (first && found.length === 1) return first;
  throw new Error(`${describeCount(found, target)}\n\n${describePage(document, found)}`);
}

/** Returns all elements that a target names, in document order. */
export function findAll(document: Document, target: Target): Element[] {
  if (typeof target === 'string') return findByString(document.documentElement, target);
  if ('nodeType' in target) return [target];
  const root = target.within ? find(document, target.within) : document.documentElement;
  return findByQuery(root as HTMLElement, target);
}

/** No query here computes styles or roles, which costs far more than the rest of a test. */
function findByString(root: HTMLElement, text: string): Element[] {
  const kinds = [
    () => queries.queryAllByLabelText(root, text),
    () => queries.queryAllByText(root, text, { selector: CONTROLS }),
    () => [...root.querySelectorAll<HTMLInputElement>(BUTTON_INPUTS)].filter(({ value }) => value === text),
    () => queries.queryAllByText(root, text),
    () => queries.queryAllByPlaceholderText(root, text),
    () => queries.queryAllByAltText(root, text),
    () => queries.queryAllByTitle(root, text),
    () => selectAll(root, text),
  ];
  for (const query of kinds) {
    const found = query();
    if (found.length > 0) return found;
  }
  return [];
}

/** A text need not be a valid selector. */
function selectAll(root: Element, selector: string): Element[] {
  try {
    return [...root.querySelectorAll(selector)];
  } catch {
    return [];
  }
}

function findByQuery(root: HTMLElement, { label, role, name, text, selector }: ElementQuery): Element[] {
  if (label !== undefined) return queries.queryAllByLabelText(root, label);
  if (role !== undefined) return queries.queryAllByRole(root, role, { name });
  if (text !== undefined) return queries.queryAllByText(root, text);
  if (selector !== undefined) return [...root.querySelectorAll(selector)];
  throw new TypeError('A query needs label, role, text or selector.');
}

function describeCount(found: Element[], target: Target): string {
  const what = typeof target === 'string' ? `'${target}'` : describeQuery(target as ElementQuery);
  if (found.length === 0) return `No element on the page matches ${what}.`;
  return `${found.length} elements match ${what}. Name one of them with role and name, or with within.`;
}

const describeQuery = (query: ElementQuery): string =>
  Object.entries(query)
    .map(([kind, value]) => `${kind} ${value instanceof RegExp ? value : JSON.stringify(value)}`)
    .join(', ');

function describePage({ body }: Document, found: Element[]): string {
  const shown = found.length > 0 ? found : [body];
  return shown.map((element) => prettyDOM(element, MAX_SHOWN, { highlight: false })).join('\n');
}
