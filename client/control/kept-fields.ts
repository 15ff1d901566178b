import { getAttribute, listen, select } from '../dom.js';
import type { Visit } from '../history.js';
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
for (const type of ['beforeunload', 'pagehide'] as const) listen(window, type, () => store(location));

/** A reload follows that the visitor did not ask for. */
export function keepFields(): void {
  due = 'reload';
}

/**
 * Keeps the visitor's fields for Back and Forward to the entry that a visit or a change of params leaves. Elements that go
 * along keep their own.
 */
export function leaveFields(from: URL, { url: to, mode }: Visit): void {
  const isSamePath = to.pathname === from.pathname;
  // Typing changes the address of the entry, and a page that is sent once more has it already.
  if (isSamePath && (mode === 'replace' || to.search === from.search)) return;
  // These params are those of the address, also where a field is ahead of it.
  const isMirrored = ({ name }: Field) => to.searchParams.has(name) || from.searchParams.has(name);
  store(from, (field) => (isSamePath && isMirrored(field)) || field.closest('[data-issr-keep]'));
}

/** Keeps the visitor's fields for the next load of an address in this tab, or visit of it by Back. Without storage they are lost. */
function store(address: { href: string }, isOmitted?: (field: Field) => unknown): void {
  const kept: [key: string, Kept][] = [];
  let rest = MAX_LENGTH;
  for (const [key, field] of findFields()) {
    if (isOmitted?.(field)) continue;
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
    if (kept.length) sessionStorage.setItem(keyOf(address), JSON.stringify([due, kept]));
    else sessionStorage.removeItem(keyOf(address));
  } catch {}
}

/** The kept fields that the page does not show yet. */
let missing: Map<string, Kept>;

/** Takes the fields that are kept for the page on show, which a load has brought, or Back or Forward without one. */
export function takeFields(isVisit?: boolean): void {
  missing = new Map();
  try {
    const [kind, kept] = JSON.parse(sessionStorage.getItem(keyOf(location)) ?? '[]');
    sessionStorage.removeItem(keyOf(location));
    const [load] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
    if (kind === (isVisit ? 'back_forward' : load?.type)) missing = new Map(kept);
  } catch {}
}

/** Puts back the fields that were taken, except those changed since. Returns true if the server must learn of one. */
export function restoreFields(): boolean {
  let hasChanged = false;
  try {
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

const keyOf = ({ href }: { href: string }): string => KEY + href.split('#')[0];

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
