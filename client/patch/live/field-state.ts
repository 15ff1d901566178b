import { nameOf, select } from '../../dom.js';
import { isBox, isSentWith } from '../../params.js';

export type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** The values of all fields as each unanswered event was sent. */
export type Snapshots = Map<number, Map<Field, string>>;

/** Returns the chosen options, or those that the HTML chooses, as text. */
export const chosen = (field: HTMLSelectElement, flag: 'selected' | 'defaultSelected'): string =>
  JSON.stringify([...field.options].filter((option) => option[flag]).map((option) => option.value));

/** Types of inputs whose value no visitor changes, or no script. */
const FIXED = /button|submit|reset|image|file|hidden/;

/**
 * The state of half a number or date: the field's value is empty, and only the browser knows its text. No value of a field
 * has a carriage return.
 */
export const DRAFT = '\r';

/** Returns a field's value as text, or undefined for a file field and where a visitor can change nothing. */
export function stateOf(field: Field): string | undefined {
  if (field instanceof HTMLSelectElement) return chosen(field, 'selected');
  if (!((field as Node) instanceof HTMLElement)) return;
  const isText = field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement;
  if (!isText && !nameOf(field).includes('-')) return;
  if (isBox(field)) return (field as HTMLInputElement).checked ? 'on' : '';
  if (FIXED.test(field.type)) return;
  return field.validity?.badInput ? DRAFT : field.value;
}

export const isField = (live: Node): live is Field => stateOf(live as Field) !== undefined;

/** Stores the values of the fields that event `number` sends, and of those without a name. */
export function takeSnapshot(snapshots: Snapshots, number: number, form?: HTMLFormElement): void {
  const states = new Map<Field, string>();
  snapshots.set(number, states);
  for (const field of [...select<Field>('input,textarea,select,[name]')].filter(isSentWith(form))) {
    const state = stateOf(field);
    if (state !== undefined) states.set(field, state);
  }
}
