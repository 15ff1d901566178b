import { getAttribute } from '../../dom.js';
import { isBox } from '../../params.js';
import { liveOf } from '../shadow/pairs.js';
import { parseElement } from '../shadow/shadow.js';
import { watchCaret } from './caret.js';

export type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/**
 * What the visitor's fields hold, and when the server may write into one: when its own value for the
 * field changed, or `update` says so, and the field still holds what it held as the event was sent.
 */
export interface Fields {
  /** Remember what every field holds as event `number` is sent. */
  hold(number: number): void;
  /**
   * Looks at a field before a patch that answers events up to `event`. What it returns is to be called
   * after the patch: it writes what the server may write, and gives back what the visitor had.
   */
  watch(event: number, field: Field, isForced: boolean): (isLate: boolean) => void;
}

/** The fields to which these nodes of the shadow belong; for a radio button all of its group. */
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

/** The fields that a change of this one changes too. */
function groupOf(field: Field): Field[] {
  if (field.type !== 'radio') return [field];
  const inputs = [...document.querySelectorAll('input')];
  return inputs.filter(
    ({ type, name, form }) => type === 'radio' && name === field.name && form === field.form,
  );
}

const chosen = (field: HTMLSelectElement, flag: 'selected' | 'defaultSelected'): string =>
  JSON.stringify([...field.options].filter((option) => option[flag]).map((option) => option.value));

/** What a field holds, as text. Undefined: no field, or one in which a visitor can change nothing, or files. */
function stateOf(field: Field): string | undefined {
  if (field instanceof HTMLSelectElement) return chosen(field, 'selected');
  if (!(field instanceof HTMLElement) || !/^(input|textarea|.*-.*)$/i.test(field.tagName)) return;
  if (isBox(field)) return (field as HTMLInputElement).checked ? 'on' : '';
  return /^(hidden|submit|button|reset|image|file)$/.test(field.type) ? undefined : field.value;
}

export const isField = (live: Node): live is Field => stateOf(live as Field) !== undefined;

/** The server's own value as the live HTML has it. */
function ownOf(field: Field): string {
  if (field instanceof HTMLSelectElement) return chosen(field, 'defaultSelected');
  // With its value: a box that stands for another thing is another box.
  if (isBox(field)) return (field as HTMLInputElement).defaultChecked ? `on ${field.value}` : '';
  return field.defaultValue ?? getAttribute(field, 'value') ?? '';
}

/** The field as it is at a fresh load: the browser itself applies its rules. */
const freshCopy = (field: Field): Field => parseElement(field.outerHTML) as Field;

function initialOf(field: Field): string {
  // The text of a textarea could lose its first newline on the way.
  return field instanceof HTMLTextAreaElement ? ownOf(field) : (stateOf(freshCopy(field)) ?? ownOf(field));
}

/** Makes it what it is at a fresh load. */
export function reset(field: Field): void {
  if (field instanceof HTMLSelectElement) {
    const { options } = freshCopy(field) as HTMLSelectElement;
    // Of several options with one value the one is meant that the HTML says.
    choose(field, (_, index) => options[index]?.selected ?? false);
  } else write(field, initialOf(field));
}

function write(field: Field, state: string): void {
  const now = stateOf(field);
  // Undefined where it became a kind whose value is its attribute.
  if (now === undefined || now === state) return;
  if (field instanceof HTMLSelectElement) {
    // By value, as an option may have a new place; a choice that is not offered any more is the browser's to mend.
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
  const held = new Map<number, Map<Field, string>>();
  return {
    hold(number) {
      held.set(number, new Map());
      for (const field of document.querySelectorAll<Field>('input,textarea,select,[name]')) {
        const state = stateOf(field);
        if (state !== undefined) held.get(number)?.set(field, state);
      }
    },
    watch(event, field, isForced) {
      for (const number of held.keys()) if (number < event) held.delete(number);
      const { type } = field;
      const state = stateOf(field) as string;
      const ownOfGroup = (): string => groupOf(field).map(ownOf).join('');
      const own = ownOfGroup();
      const isUntouched = state === initialOf(field);
      const isEdited = groupOf(field).some(
        (one) => stateOf(one) !== (held.get(event)?.get(one) ?? initialOf(one)),
      );
      const restoreCaret = watchCaret(field);
      return (isLate) => {
        if (isLate && stateOf(field) !== state) return;
        const isServers = !isEdited && (isForced || isUntouched || own !== ownOfGroup());
        if (isServers || type !== field.type) reset(field);
        else write(field, state);
        const now = stateOf(field);
        if (now === undefined || now === state) return;
        for (const states of held.values()) if (states.get(field) === state) states.set(field, now);
        restoreCaret?.();
      };
    },
  };
}
