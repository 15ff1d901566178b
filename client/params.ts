import type { ParamChange, ParamValue } from '../src/protocol.js';
import { contains, getAttribute, nameOf, select } from './dom.js';

/** A page's named values. A `Map`, so that `__proto__` is a name like any other. */
export type Params = Map<string, ParamValue>;

const attributeName = (element: Element): string => getAttribute(element, 'name') as string;

/**
 * Collects the values of all named elements outside fences, in document order. The whole page is one form.
 *
 * @param form a submitted form. Its names are taken from the form alone, as the browser would send them
 * @param submitter whose entries count too
 */
export function collect(form?: HTMLFormElement, submitter?: HTMLElement | null): Params {
  const params: Params = new Map();
  const entries = form && entriesOf(form, submitter);
  for (const element of namedElements().filter(isSentWith(form))) {
    const name = attributeName(element);
    const entry = entries?.get(name);
    if (entry !== undefined) params.set(name, entry);
    else for (const value of valuesOf(element)) add(params, name, value);
  }
  return entries ? new Map([...params, ...entries]) : params;
}

/** Returns the entries that the browser would submit, with those of `formdata` listeners and `setFormValue`. */
export function entriesOf(form: HTMLFormElement, submitter?: HTMLElement | null): Params {
  // Fields inside a fence belong to the form too, by its place or by their attribute `form`.
  const fenced = new Set([...select('[data-rr=off] [name]')].map(attributeName));
  const isOwn = (entry: [string, unknown]): entry is [string, string] =>
    typeof entry[1] === 'string' && !fenced.has(entry[0]);
  return paramsOf([...new FormData(form, submitter)].filter(isOwn));
}

const namedElements = () => [...select('[name]:not([name=""],:disabled,[data-rr=off] *)')];

/** Returns a filter for the elements that an event sends. A submitted form is the only source of its names. */
export function isSentWith(form?: HTMLFormElement): (element: Element) => boolean {
  const isOwn = (element: Element): boolean => {
    const owner = (element as HTMLInputElement).form;
    return owner instanceof HTMLFormElement ? owner === form : contains(form as HTMLFormElement, element);
  };
  const names = new Set(form && namedElements().filter(isOwn).map(attributeName));
  return (element) => !names.has(attributeName(element)) || isOwn(element);
}

export function paramsOf(entries: Iterable<[name: string, value: string]>): Params {
  const params: Params = new Map();
  for (const [name, value] of entries) add(params, name, value);
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

/** Custom elements keep their value in `value` by convention. Only a submit can read the value of `setFormValue`. */
function isCustomField(element: Element): element is Element & { value: unknown } {
  const definition = customElements.get(nameOf(element));
  return !!definition && 'formAssociated' in definition && 'value' in element;
}

/** The change from `before` to `now`. */
export function difference(before: Params, now: Params): ParamChange {
  const change: ParamChange = [[], []];
  for (const [name, value] of now) if (!isSame(before.get(name), value)) change[0].push([name, value]);
  for (const name of before.keys()) if (!now.has(name)) change[1].push(name);
  return change;
}

/**
 * The change of a page that asks for no render. What a disabled field sent before is taken back by the next event only,
 * because an answer may lock a form just until the next one.
 */
export function quietDifference(before: Params, now: Params): ParamChange {
  const change = difference(before, now);
  if (change[1].length) {
    const disabled = Array.from(select(':disabled'), (field) => getAttribute(field, 'name'));
    change[1] = change[1].filter((name) => !disabled.includes(name));
  }
  return change;
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
