import { focusOf, getAttribute, select } from '../../dom.js';
import { isBox } from '../../params.js';
import { liveOf } from '../shadow/pairs.js';
import { parseElement } from '../shadow/parse-element.js';
import { watchCaret } from './caret.js';
import { chosen, DRAFT, type Field, isField, type Snapshots, stateOf } from './field-state.js';

/** Settles a field after a patch. `wasDeferred` says that the change had to wait. */
export type SettleField = (wasDeferred: boolean) => void;

/**
 * Knows the values of the visitor's fields and when the server may write one: the server's own value
 * changed or the field has `update`, and the visitor did not edit it since the event was sent.
 */
export interface Fields {
  /** Drops the values of events before `event`, which has its answer. */
  forget(event: number): void;
  /**
   * Starts a patch that answers `event`. Returns a function that reads a field before the patch and gives what
   * settles it afterwards: it writes the server's value if that is allowed, and restores the visitor's otherwise.
   */
  watch(event: number): (field: Field, isForced: boolean) => SettleField;
}

/** Returns the live fields that these shadow nodes belong to; for a radio button its whole group. */
export function fieldsOf(nodes: Iterable<Node>): Set<Field> {
  const fields = new Set<Field>();
  const groupOf = groupRadios();
  for (const node of nodes) {
    const element = node instanceof Element ? node : node.parentElement;
    const field =
      element && (liveOf(element.closest('input,select,textarea') ?? element) as Field | undefined);
    if (!field || fields.has(field) || !isField(field)) continue;
    for (const one of groupOf(field)) fields.add(one);
  }
  return fields;
}

type Group = ReadonlySet<Field>;

/** Returns a function that gives the fields which may change together with one, itself included. */
function groupRadios(): (field: Field) => Group {
  let groups: Map<HTMLFormElement | null, Map<string, Set<Field>>> | undefined;
  const find = ({ form, name }: Field): Set<Field> => {
    groups ??= new Map();
    const ofForm = groups.get(form) ?? new Map<string, Set<Field>>();
    const group = ofForm.get(name) ?? new Set();
    groups.set(form, ofForm.set(name, group));
    return group;
  };
  return (field) => {
    if (field.type !== 'radio') return new Set([field]);
    if (!groups) for (const radio of select<Field>('input[type=radio i]')) find(radio).add(radio);
    const group = find(field);
    return group.has(field) ? group : new Set([field]);
  };
}

/** Whether the visitor changed a live field or opened or closed a live `<details>`. `isOpen` is the server's own state. */
export function isTouched(live: Node, isOpen: boolean): boolean {
  if (live instanceof HTMLDetailsElement || live instanceof HTMLDialogElement) return live.open !== isOpen;
  return isField(live) ? stateOf(live) !== initialOf(live) : !!(live as HTMLInputElement).files?.length;
}

/** Returns the server's own value, which the live HTML has. */
function ownOf(field: Field): string {
  if (field instanceof HTMLSelectElement) return chosen(field, 'defaultSelected');
  // The value is included: a box with another value is another box.
  if (isBox(field)) return (field as HTMLInputElement).defaultChecked ? `on ${field.value}` : '';
  return field.defaultValue ?? getAttribute(field, 'value') ?? '';
}

/** Parses the field's HTML again, so that the browser's own rules give the value of a fresh load. */
function freshCopy(field: Field): Field {
  const copy = field.cloneNode(true) as Field;
  // A policy without 'unsafe-inline' reports a style that is parsed, also one that a script or an extension set.
  copy.removeAttribute('style');
  return parseElement(copy.outerHTML) as Field;
}

function initialOf(field: Field): string {
  if (isBox(field)) return (field as HTMLInputElement).defaultChecked ? 'on' : '';
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
  if (now === undefined || now === state || state === DRAFT) return;
  if (field instanceof HTMLSelectElement) {
    // By value, as an option may have moved.
    const values: string[] = JSON.parse(state);
    const isChosen = ({ value }: HTMLOptionElement): boolean => values.includes(value);
    // Without its option, a choice gives way to the server's. The browser would pick the first option.
    if (!field.multiple && values[0] !== undefined && ![...field.options].some(isChosen)) reset(field);
    else choose(field, isChosen);
  } else if (isBox(field)) (field as HTMLInputElement).checked = state !== '';
  // The visitor may be about to type on behind the same number, such as `1.0`.
  else if (
    field.value !== state &&
    (field !== focusOf(document) || (field as HTMLInputElement).valueAsNumber !== +(state || NaN))
  )
    field.value = state;
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

export function createFields(snapshots: Snapshots): Fields {
  return {
    forget(event) {
      for (const number of snapshots.keys()) if (number < event) snapshots.delete(number);
    },
    watch(event) {
      const sent = snapshots.get(event);
      const isChanged = (field: Field): boolean => stateOf(field) !== (sent?.get(field) ?? initialOf(field));
      const [groupBefore, groupAfter] = [groupRadios(), groupRadios()];
      const isEditedGroup = oncePerGroup((group) => [...group].some(isChanged));
      const [ownBefore, ownAfter] = [oncePerGroup(ownOfGroup), oncePerGroup(ownOfGroup)];
      return (field, isForced) => {
        const kind = isBox(field) ? field.type : '';
        const state = stateOf(field) as string;
        const group = groupBefore(field);
        const own = ownBefore(group);
        const isUntouched = state === initialOf(field);
        const isEdited = isEditedGroup(group);
        const early = watchCaret(field);
        return (wasDeferred) => {
          if (wasDeferred && stateOf(field) !== state) return;
          const restoreCaret = early ?? watchCaret(field, true);
          const isServers =
            !isEdited &&
            ((isForced && state !== DRAFT) || isUntouched || own !== ownAfter(groupAfter(field)));
          // A box and a text share no value; kinds of text do.
          if (isServers || kind !== (isBox(field) ? field.type : '')) reset(field);
          else write(field, state);
          const now = stateOf(field);
          if (now === undefined || now === state) return;
          for (const states of snapshots.values()) if (states.get(field) === state) states.set(field, now);
          restoreCaret?.();
        };
      };
    },
  };
}

/**
 * Watches the fields of a shadow root while it changes. No event sends them, so what the visitor has changed there is newer
 * than each answer, and stays. The other fields follow the server, and so do `updated` ones.
 */
export function watchRoot(root: ShadowRoot): (updated: Element[]) => void {
  const states = new Map<Field, string>();
  for (const live of root.querySelectorAll<Field>('*')) {
    const state = stateOf(live);
    if (state !== undefined && state !== initialOf(live)) states.set(live, state);
  }
  return (updated) => {
    for (const live of root.querySelectorAll<Field>('*')) {
      const state = states.get(live);
      if (state !== undefined && !updated.includes(live)) write(live, state);
      else if (isField(live)) reset(live);
    }
  };
}

const ownOfGroup = (group: Group): string => [...group].map(ownOf).join('');

function oncePerGroup<T>(read: (group: Group) => T): (group: Group) => T {
  const known = new Map<Group, T>();
  return (group) => {
    if (!known.has(group)) known.set(group, read(group));
    return known.get(group) as T;
  };
}
