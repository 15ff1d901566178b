import { getAttribute } from '../../dom.js';
import { isBox } from '../../params.js';
import { liveOf } from '../shadow/pairs.js';
import { parseElement } from '../shadow/shadow.js';
import { watchCaret } from './caret.js';

export type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/**
 * Knows the values of the visitor's fields and when the server may write one: the server's own value
 * changed or the field has `update`, and the visitor did not edit it since the event was sent.
 */
export interface Fields {
  /** Stores the value of every field as event `number` is sent. */
  snapshot(number: number): void;
  /**
   * Reads a field before a patch that answers events up to `event`. Returns a function to call after
   * the patch: it writes the server's value if that is allowed, and restores the visitor's otherwise.
   */
  watch(event: number, field: Field, isForced: boolean): (wasDeferred: boolean) => void;
}

/** Returns the live fields that these shadow nodes belong to; for a radio button its whole group. */
export function fieldsOf(nodes: Iterable<Node>): Set<Field> {
  const fields = new Set<Field>();
  for (const node of nodes) {
    const element = node instanceof Element ? node : node.parentElement;
    const field =
      element && (liveOf(element.closest('input,select,textarea') ?? element) as Field | undefined);
    if (field && isField(field)) for (const one of groupOf(field)) fields.add(one);
  }
  return fields;
}

/** Returns the fields that may change together with this one, itself included. */
function groupOf(field: Field): Field[] {
  if (field.type !== 'radio') return [field];
  const inputs = [...document.querySelectorAll('input')];
  return inputs.filter(
    ({ type, name, form }) => type === 'radio' && name === field.name && form === field.form,
  );
}

const chosen = (field: HTMLSelectElement, flag: 'selected' | 'defaultSelected'): string =>
  JSON.stringify([...field.options].filter((option) => option[flag]).map((option) => option.value));

/** Returns a field's value as text, or undefined for a file field and where a visitor can change nothing. */
function stateOf(field: Field): string | undefined {
  if (field instanceof HTMLSelectElement) return chosen(field, 'selected');
  if (!(field instanceof HTMLElement) || !/^(input|textarea|.*-.*)$/i.test(field.tagName)) return;
  if (isBox(field)) return (field as HTMLInputElement).checked ? 'on' : '';
  return /^(hidden|submit|button|reset|image|file)$/.test(field.type) ? undefined : field.value;
}

export const isField = (live: Node): live is Field => stateOf(live as Field) !== undefined;

/** Returns the server's own value, which the live HTML has. */
function ownOf(field: Field): string {
  if (field instanceof HTMLSelectElement) return chosen(field, 'defaultSelected');
  // The value is included: a box with another value is another box.
  if (isBox(field)) return (field as HTMLInputElement).defaultChecked ? `on ${field.value}` : '';
  return field.defaultValue ?? getAttribute(field, 'value') ?? '';
}

/** Parses the field's HTML again, so that the browser's own rules give the value of a fresh load. */
const freshCopy = (field: Field): Field => parseElement(field.outerHTML) as Field;

function initialOf(field: Field): string {
  // Parsing would drop a textarea's first newline.
  return field instanceof HTMLTextAreaElement ? ownOf(field) : (stateOf(freshCopy(field)) ?? ownOf(field));
}

/** Sets the field to its value at a fresh load. */
export function reset(field: Field): void {
  if (field instanceof HTMLSelectElement) {
    const { options } = freshCopy(field) as HTMLSelectElement;
    // By index, as several options may share a value.
    choose(field, (_, index) => options[index]?.selected ?? false);
  } else write(field, initialOf(field));
}

function write(field: Field, state: string): void {
  const now = stateOf(field);
  // Undefined if the field became a type whose value is its attribute.
  if (now === undefined || now === state) return;
  if (field instanceof HTMLSelectElement) {
    // By value, as an option may have moved. If the chosen option is gone, the browser picks another.
    const values: string[] = JSON.parse(state);
    choose(field, ({ value }) => values.includes(value));
  } else if (isBox(field)) (field as HTMLInputElement).checked = state !== '';
  else field.value = state;
}

function choose(
  field: HTMLSelectElement,
  isChosen: (option: HTMLOptionElement, index: number) => boolean,
): void {
  for (const [index, option] of [...field.options].entries()) {
    const wanted = isChosen(option, index);
    if (option.selected !== wanted && (wanted || field.multiple)) option.selected = wanted;
    if (wanted && !field.multiple) return;
  }
}

export function createFields(): Fields {
  const snapshots = new Map<number, Map<Field, string>>();
  return {
    snapshot(number) {
      const states = new Map<Field, string>();
      snapshots.set(number, states);
      for (const field of document.querySelectorAll<Field>('input,textarea,select,[name]')) {
        const state = stateOf(field);
        if (state !== undefined) states.set(field, state);
      }
    },
    watch(event, field, isForced) {
      for (const number of snapshots.keys()) if (number < event) snapshots.delete(number);
      const { type } = field;
      const state = stateOf(field) as string;
      const ownOfGroup = (): string => groupOf(field).map(ownOf).join('');
      const own = ownOfGroup();
      const isUntouched = state === initialOf(field);
      const isEdited = groupOf(field).some(
        (one) => stateOf(one) !== (snapshots.get(event)?.get(one) ?? initialOf(one)),
      );
      const restoreCaret = watchCaret(field);
      return (wasDeferred) => {
        if (wasDeferred && stateOf(field) !== state) return;
        const isServers = !isEdited && (isForced || isUntouched || own !== ownOfGroup());
        if (isServers || type !== field.type) reset(field);
        else write(field, state);
        const now = stateOf(field);
        if (now === undefined || now === state) return;
        for (const states of snapshots.values()) if (states.get(field) === state) states.set(field, now);
        restoreCaret?.();
      };
    },
  };
}
