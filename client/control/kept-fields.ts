import { getAttribute, listen, select } from '../dom.js';
import { isBox } from '../params.js';

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** The visitor's state of a field, and whether the server had it as its own. */
type Kept = [state: string, isServers: boolean];

const KEY = 'issr:fields:';
/** The most characters kept, a fraction of what browsers store. A field that exceeds the rest is left out. */
const MAX_LENGTH = 250_000;
const FIELDS = ':is(input,textarea,select):not([data-rr=off] *)';
/** Types without text of the visitor. */
const OMITTED = /hidden|file|submit|button|reset|image/;
/** Types, names and the like of fields whose text must not be stored. */
const SENSITIVE = /passw|\bcc-|one-time-code/i;

/** Fields that the visitor used. The server may have sent their text back as its own since. */
const used = new WeakSet<EventTarget>();
/** The kind of load that puts the fields back: Back or Forward, or a reload that the visitor did not ask for. */
let due: NavigationTimingType = 'back_forward';

for (const type of ['input', 'change'] as const)
  listen(window, type, ({ target }) => target && used.add(target), true);

// Browsers put back no field of a page that is `no-store`, or none whose text the server has sent back. Firefox may end a script during
// `pagehide`, and Safari on iOS has no `beforeunload`.
for (const type of ['beforeunload', 'pagehide'] as const) listen(window, type, store);

/** A reload follows that the visitor did not ask for. */
export function keepFields(): void {
  due = 'reload';
}

/** Keeps the visitor's fields for the next load of this address in this tab. Without storage they are lost. */
function store(): void {
  const kept: [key: string, Kept][] = [];
  let rest = MAX_LENGTH;
  for (const [key, field] of findFields()) {
    const state = storedStateOf(field);
    const length = key.length + state.length;
    const isServers = isUnchanged(field);
    if ((!used.has(field) && isServers) || length > rest) continue;
    // Nor do browsers put such a field back, as its author wishes.
    if (due !== 'reload' && field.autocomplete === 'off') continue;
    rest -= length;
    kept.push([key, [state, isServers]]);
  }
  try {
    if (kept.length) sessionStorage.setItem(storageKey(), JSON.stringify([due, kept]));
    else sessionStorage.removeItem(storageKey());
  } catch {}
}

/** The kept fields that this load does not show yet. */
let missing: Map<string, Kept> | undefined;

/** Puts back the fields that are kept for this load, except those changed since. Returns true if the server must learn of one. */
export function restoreFields(): boolean {
  let hasChanged = false;
  try {
    missing ??= takeKept();
    for (const [key, field] of findFields()) {
      const [state, isServers] = missing.get(key) ?? [];
      missing.delete(key);
      // A text that was saved may have been changed since.
      const isSaved = isServers && !isBox(field) && (field as HTMLInputElement).defaultValue;
      if (state === undefined) continue;
      // The browser may have put it back after the script started, so that the server has not rendered it.
      if (state !== storedStateOf(field) && (isSaved || !isUnchanged(field))) continue;
      used.add(field);
      write(field, state);
      hasChanged = true;
    }
  } catch {}
  return hasChanged;
}

function takeKept(): Map<string, Kept> {
  const [kind, kept] = JSON.parse(sessionStorage.getItem(storageKey()) ?? '[]');
  sessionStorage.removeItem(storageKey());
  const [load] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  return new Map(kind === load?.type ? kept : []);
}

const storageKey = (): string => KEY + location.href.split('#')[0];

/** Returns the fields by what they are and their place among equal ones. */
function* findFields(): Generator<[key: string, field: Field]> {
  const counts = new Map<string, number>();
  for (const field of select<Field>(FIELDS)) {
    const attributes = ['id', 'name', 'action', 'with', 'autocomplete'].map((name) =>
      getAttribute(field, name),
    );
    const kind = [field.type, ...attributes, isBox(field) && field.value].join();
    if (OMITTED.test(field.type) || SENSITIVE.test(kind)) continue;
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    yield [`${kind} ${count}`, field];
  }
}

function storedStateOf(field: Field): string {
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
