import type { ParamChange, ParamValue } from '../src/protocol.js';
import { getAttribute, nameOf, select } from './dom.js';

/** A page's named values. A `Map`, so that `__proto__` is a name like any other. */
export type Params = Map<string, ParamValue>;

/** All that the page sends: its elements with a name, in document order. The whole page is one form. */
export function collect(): Params {
  const params: Params = new Map();
  for (const element of select('[name]:not([name=""], :disabled)')) {
    const name = getAttribute(element, 'name') as string;
    for (const value of valuesOf(element)) add(params, name, value);
  }
  return params;
}

/** What a URL's query says. */
export function paramsOfUrl(url: URL): Params {
  const params: Params = new Map();
  for (const [name, value] of url.searchParams) add(params, name, value);
  return params;
}

function add(params: Params, name: string, value: string): void {
  const before = params.get(name);
  params.set(name, before === undefined ? value : [before, value].flat());
}

/** What one element sends: nothing, a value, or several of a `<select multiple>`. */
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
  const isSent = isBox(input)
    ? input.checked
    : !/^(button|submit|reset|image)$/.test(input.type) || input.hasAttribute('value');
  return isSent ? [input.value] : [];
}

export const isBox = (element: Element): boolean =>
  element instanceof HTMLInputElement && /^(checkbox|radio)$/.test(element.type);

/** What a custom element told the browser by `setFormValue` cannot be read; `value` is the convention. */
function isCustomField(element: Element): element is Element & { value: unknown } {
  const definition = customElements.get(nameOf(element));
  return definition !== undefined && 'formAssociated' in definition && 'value' in element;
}

/** What must be said so that who knows `before` knows `now`. */
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
