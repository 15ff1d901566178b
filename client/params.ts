import type { ParamChange, ParamValue } from '../src/protocol.js';
import { getAttribute, nameOf, select } from './dom.js';

/** A page's named values. A `Map`, so that `__proto__` is a name like any other. */
export type Params = Map<string, ParamValue>;

/** Collects the values of all named elements, in document order. The whole page is one form. */
export function collect(): Params {
  const params: Params = new Map();
  for (const element of select('[name]:not([name=""], :disabled)')) {
    const name = getAttribute(element, 'name') as string;
    for (const value of valuesOf(element)) add(params, name, value);
  }
  return params;
}

/** The params in a URL's query. */
export function paramsOfUrl(url: URL): Params {
  const params: Params = new Map();
  for (const [name, value] of url.searchParams) add(params, name, value);
  return params;
}

function add(params: Params, name: string, value: string): void {
  const before = params.get(name);
  // In place: a copy for each value would make many equal names quadratic.
  if (Array.isArray(before)) before.push(value);
  else params.set(name, before === undefined ? value : [before, value]);
}

/** The values that one element sends: none, one, or several of a `<select multiple>`. */
export function valuesOf(element: Element): string[] {
  if (element instanceof HTMLSelectElement) {
    return [...element.selectedOptions]
      .filter((option) => !option.matches(':disabled'))
      .map((option) => option.value);
  }
  if (element instanceof HTMLTextAreaElement) return [element.value];
  if (element instanceof HTMLInputElement) return valuesOfInput(element);
  if (isCustomField(element)) return typeof element.value === 'string' ? [element.value] : [];
  const value = getAttribute(element, 'value');
  return value === null ? [] : [value];
}

function valuesOfInput(input: HTMLInputElement): string[] {
  if (input.type === 'file') return [];
  const isSent = isBox(input) ? input.checked : !isButtonType(input.type) || input.hasAttribute('value');
  return isSent ? [input.value] : [];
}

export const isButtonType = (type: string): boolean => /^(button|submit|reset|image)$/.test(type);

export const isBox = (element: Element): boolean =>
  element instanceof HTMLInputElement && /^(checkbox|radio)$/.test(element.type);

/** Custom elements keep their value in `value` by convention. The value of `setFormValue` cannot be read. */
function isCustomField(element: Element): element is Element & { value: unknown } {
  const definition = customElements.get(nameOf(element));
  return definition !== undefined && 'formAssociated' in definition && 'value' in element;
}

/** The change from `before` to `now`. */
export function difference(before: Params, now: Params): ParamChange {
  return [
    [...now].filter(([name, value]) => !isSame(before.get(name), value)),
    [...before.keys()].filter((name) => !now.has(name)),
  ];
}

export function isEmpty([changed, removed]: ParamChange): boolean {
  return changed.length + removed.length === 0;
}

export function applyChange(params: Params, [changed, removed]: ParamChange): Params {
  const result = new Map([...params, ...changed]);
  for (const name of removed) result.delete(name);
  return result;
}

function isSame(a: ParamValue | undefined, b: ParamValue): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) return a === b;
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
