import { moveCaret } from './caret.js';
import { closest, focusedOf, getAttribute, nameOf, select } from './dom.js';

/**
 * What the visitor's fields hold, and when the server may write into one: when its own value for the
 * field changed, or `update` says so, and the field still holds what it held as the event was sent.
 */
export interface Fields {
  /** Remember what every field holds as event `number` is sent. */
  hold(number: number): void;
  /** What these fields hold before a patch that answers events up to `event`. `forced`: they say `update`. */
  watch(event: number, touched: Iterable<Element>, forced: Set<Element>): Watched[];
  /** After the patch: writes what the server may write, gives back what the visitor had. */
  settle(watched: Watched): void;
}

export interface Watched {
  field: Element;
  type: string;
  /** What it held, and what it would have held at a fresh load. */
  state: string;
  isUntouched: boolean;
  /** The server's own value. */
  own: string;
  isForced: boolean;
  /** The visitor changed it after the event was sent. */
  isEdited: boolean;
  caret?: Caret;
}

type Caret = Pick<
  HTMLInputElement,
  'selectionStart' | 'selectionEnd' | 'selectionDirection' | 'scrollTop' | 'scrollLeft'
>;

const isBox = (field: Element): field is HTMLInputElement =>
  field instanceof HTMLInputElement && /^(checkbox|radio)$/.test(field.type);

const chosen = (field: HTMLSelectElement, flag: 'selected' | 'defaultSelected'): string =>
  JSON.stringify([...field.options].filter((option) => option[flag]).map((option) => option.value));

/** What a field holds, as text. Undefined: no field, or one in which a visitor can change nothing, or files. */
function stateOf(field: Element): string | undefined {
  if (field instanceof HTMLSelectElement) return chosen(field, 'selected');
  if (isBox(field)) return field.checked ? 'on' : '';
  if (field instanceof HTMLInputElement) {
    return /^(hidden|submit|button|reset|image|file)$/.test(field.type) ? undefined : field.value;
  }
  if (field instanceof HTMLTextAreaElement) return field.value;
  return nameOf(field).includes('-') && 'value' in field ? String(field.value) : undefined;
}

/** The server's own value as the live HTML has it. */
function ownOf(field: Element): string {
  if (field instanceof HTMLSelectElement) return chosen(field, 'defaultSelected');
  if (isBox(field)) return field.defaultChecked ? 'on' : '';
  if (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) return field.defaultValue;
  return getAttribute(field, 'value') ?? '';
}

const inert = document.implementation.createHTMLDocument('');

/** What a field holds at a fresh load: a copy of it is reset, so the browser itself applies its rules. */
function initialOf(field: Element): string {
  if (nameOf(field).includes('-')) return ownOf(field);
  const form = inert.createElement('form');
  const copy = form.appendChild(inert.importNode(field, true));
  HTMLFormElement.prototype.reset.call(form);
  return stateOf(copy) ?? '';
}

function write(field: Element, state: string): void {
  if (field instanceof HTMLSelectElement) choose(field, JSON.parse(state));
  else if (isBox(field)) field.checked = state !== '';
  else (field as HTMLInputElement).value = state;
}

/** By value, as the place of an option changes; a choice that is not offered any more is the browser's to mend. */
function choose(field: HTMLSelectElement, values: string[]): void {
  const offered = [...field.options].filter((option) => values.includes(option.value));
  if (field.multiple) for (const option of field.options) option.selected = offered.includes(option);
  else if (offered[0]) offered[0].selected = true;
  else if (!values.length) field.selectedIndex = -1;
}

/** The fields that a change of this one changes too. */
function groupOf(field: Element): Element[] {
  if (!(field instanceof HTMLInputElement) || field.type !== 'radio' || !field.name) return [field];
  const radios = [...select('input[type=radio]')] as HTMLInputElement[];
  return radios.filter((radio) => radio.name === field.name && radio.form === field.form);
}

function caretOf(field: Element): Caret | undefined {
  const isText = field instanceof HTMLTextAreaElement || field instanceof HTMLInputElement;
  if (!isText || field !== focusedOf(document)) return;
  const { selectionStart, selectionEnd, selectionDirection, scrollTop, scrollLeft } = field;
  // Null for the types without a selection, as number and email.
  if (selectionStart !== null)
    return { selectionStart, selectionEnd, selectionDirection, scrollTop, scrollLeft };
}

function restoreCaret({ field, state, caret }: Watched): void {
  const text = field as HTMLInputElement;
  if (!caret || text.value === state) return;
  const [start, end] = [caret.selectionStart, caret.selectionEnd].map((place) =>
    moveCaret(state, text.value, place ?? 0),
  );
  text.setSelectionRange(start ?? 0, end ?? 0, caret.selectionDirection ?? 'none');
  text.scrollTop = caret.scrollTop;
  text.scrollLeft = caret.scrollLeft;
}

/** The field to which a live node belongs. */
export function fieldOf(live: Element): Element | undefined {
  const field = closest(live, 'input,textarea,select') ?? live;
  return stateOf(field) === undefined ? undefined : field;
}

export function createFields(): Fields {
  const held = new Map<number, Map<Element, string>>();

  const watchOne = (event: number, field: Element, isForced: boolean): Watched => {
    const state = stateOf(field) ?? '';
    const isEdited = groupOf(field).some(
      (one) => stateOf(one) !== (held.get(event)?.get(one) ?? initialOf(one)),
    );
    return {
      field,
      type: (field as HTMLInputElement).type,
      state,
      isUntouched: state === initialOf(field),
      own: ownOf(field),
      isForced,
      isEdited,
      caret: caretOf(field),
    };
  };

  const settleOne = (watched: Watched): void => {
    const { field, type, state, own, isForced, isEdited, isUntouched } = watched;
    const isOther = type !== (field as HTMLInputElement).type;
    const isServers = isOther || (!isEdited && (isForced || isUntouched || own !== ownOf(field)));
    const wanted = isServers ? initialOf(field) : state;
    if (stateOf(field) !== wanted) write(field, wanted);
    const now = stateOf(field);
    if (now === state || now === undefined) return;
    for (const states of held.values()) if (states.get(field) === state) states.set(field, now);
    restoreCaret(watched);
  };

  return {
    hold(number) {
      const states = new Map<Element, string>();
      for (const field of select('input,textarea,select,[name]')) {
        const state = stateOf(field);
        if (state !== undefined) states.set(field, state);
      }
      held.set(number, states);
    },
    watch(event, touched, forced) {
      for (const number of held.keys()) if (number < event) held.delete(number);
      const fields = new Set([...touched].flatMap(groupOf));
      return [...fields].map((field) => watchOne(event, field, forced.has(field)));
    },
    settle: settleOne,
  };
}
