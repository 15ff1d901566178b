import { getAttribute, listen, select } from '../dom.js';
import { isBox } from '../params.js';

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

const KEY = 'issr:fields';
/** The most characters kept, a fraction of what browsers store. A field that exceeds the rest is left out. */
const MAX_LENGTH = 250_000;
const FIELDS = ':is(input,textarea,select):not([data-rr=off] *)';
/** Types without text of the visitor, or with text that must not be stored. */
const OMITTED = /^(password|hidden|file|submit|button|reset|image)$/;
const SENSITIVE = /passw|\bcc-|one-time-code/i;

/** Fields that the visitor used. The server may have sent their text back as its own since. */
const used = new WeakSet<EventTarget>();

for (const type of ['input', 'change'] as const)
  listen(window, type, ({ target }) => target && used.add(target), true);

/** Keeps the visitor's fields for the page that loads next in this tab. Without storage they are lost. */
export function keepFields(): void {
  const kept: [key: string, state: string][] = [];
  let rest = MAX_LENGTH;
  for (const [key, field] of findFields()) {
    const state = stateOf(field);
    const length = key.length + state.length;
    if ((!used.has(field) && isUnchanged(field)) || length > rest) continue;
    rest -= length;
    kept.push([key, state]);
  }
  try {
    sessionStorage.setItem(KEY, JSON.stringify([address(), kept]));
  } catch {}
}

/** Puts kept fields back, except those that were changed since the load. Returns true if a field changed. */
export function restoreFields(): boolean {
  let hasChanged = false;
  try {
    const [url, kept] = JSON.parse(sessionStorage.getItem(KEY) ?? '[]');
    sessionStorage.removeItem(KEY);
    const states = new Map<string, string>(url === address() ? kept : []);
    for (const [key, field] of findFields()) {
      const state = states.get(key);
      if (state === undefined || state === stateOf(field) || !isUnchanged(field)) continue;
      write(field, state);
      hasChanged = true;
    }
  } catch {}
  return hasChanged;
}

const address = (): string => location.href.replace(/#.*/, '');

/** Returns the fields by what they are and their place among equal ones. */
function* findFields(): Generator<[key: string, field: Field]> {
  const counts = new Map<string, number>();
  for (const field of select<Field>(FIELDS)) {
    const attributes = ['id', 'name', 'action', 'with', 'autocomplete'].map((name) =>
      getAttribute(field, name),
    );
    const key = [field.type, ...attributes, isBox(field) && field.value].join();
    if (OMITTED.test(field.type) || SENSITIVE.test(key)) continue;
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    yield [`${key} ${count}`, field];
  }
}

function stateOf(field: Field): string {
  if (field instanceof HTMLSelectElement)
    return JSON.stringify([...field.selectedOptions].map(({ value }) => value));
  return isBox(field) ? String((field as HTMLInputElement).checked) : field.value;
}

function isUnchanged(field: Field): boolean {
  // A list without a default has its first option, which no attribute tells.
  if (field instanceof HTMLSelectElement) return !used.has(field);
  return isBox(field)
    ? (field as HTMLInputElement).checked === (field as HTMLInputElement).defaultChecked
    : field.value === field.defaultValue;
}

function write(field: Field, state: string): void {
  if (field instanceof HTMLSelectElement) {
    const values: string[] = JSON.parse(state);
    for (const option of field.options) option.selected = values.includes(option.value);
  } else if (isBox(field)) (field as HTMLInputElement).checked = state === 'true';
  else field.value = state;
}
