import { classesOf, getAttribute, listen, removeAttribute, select, setAttribute } from '../dom.js';

/** Takes a change back. */
export type Undo = () => void;

/** Opens or closes an element, whichever it is not if `isOpen` is missing. */
export type SetOpen = (target: Element, isOpen?: boolean) => undefined;

/** Changes an element. A change that can be taken back returns how. */
type Verb = (target: Element, operands: string[], setOpen: SetOpen) => Undo | undefined;

/** Popovers that were open at the last press. A press outside of a popover closes it before its click. */
let pressed: Element[] = [];
const onPress = (): void => {
  pressed = [...select('[popover]')].filter(isOpened);
};
listen(window, 'pointerdown', onPress, true);
listen(window, 'keydown', onPress, true);

/** Attributes that run script, load something, or give commands. */
const REFUSED = /^(on|src|href|xlink|style|action|form|data-rr|data-issr|do$|pending$)/i;

/** Verb → change of the live page. */
export const verbs = {
  show: (target) => change(target, 'hidden', null),
  hide: (target) => change(target, 'hidden', ''),
  toggle(target, _, setOpen) {
    if (isOpened(target) !== undefined) return setOpen(target);
    return change(target, 'hidden', getAttribute(target, 'hidden') === null ? '' : null);
  },
  open: (target, _, setOpen) => setOpen(target, true),
  close: (target, _, setOpen) => setOpen(target, false),
  class: changeClasses,
  attr(target, operands) {
    const undos = operands.map((operand) => {
      const [name = '', ...rest] = operand.split('=');
      if (REFUSED.test(name)) throw new SyntaxError(operand);
      const values = rest.join('=').split('|');
      const now = values.indexOf(getAttribute(target, name) ?? '');
      return change(target, name, values[now + 1] ?? (values[0] as string));
    });
    return () => {
      for (const undo of undos.reverse()) undo();
    };
  },
  focus(target) {
    (target as HTMLElement).focus();
    return undefined;
  },
  select(target) {
    if ('setRangeText' in target) (target as HTMLInputElement).select();
    else getSelection()?.selectAllChildren(target);
    return undefined;
  },
  copy(target) {
    const text = (target as HTMLInputElement).value ?? target.textContent;
    void navigator.clipboard.writeText(text).catch(console.error);
    return undefined;
  },
  submit: (target) => callForm(target, 'requestSubmit'),
  reset: (target) => callForm(target, 'reset'),
  scroll(target) {
    target.scrollIntoView({ block: 'nearest' });
    return undefined;
  },
} satisfies Record<string, Verb>;

function callForm(target: Element, method: 'requestSubmit' | 'reset'): undefined {
  const form =
    target instanceof HTMLFormElement
      ? target
      : ((target as HTMLInputElement).form ?? target.closest('form'));
  // Its fields may hide the form's own methods.
  if (form) HTMLFormElement.prototype[method].call(form);
}

/** Sets or, with `null`, removes an attribute. The change is taken back unless another script or the server made one since. */
function change(target: Element, name: string, value: string | null): Undo {
  const before = getAttribute(target, name);
  const write = (text: string | null): void => {
    if (text === null) removeAttribute(target, null, name);
    else setAttribute(target, name, text);
  };
  write(value);
  return () => {
    if (getAttribute(target, name) === value) write(before);
  };
}

function changeClasses(target: Element, operands: string[]): Undo {
  const before = getAttribute(target, 'class');
  const classes = classesOf(target);
  const changed = operands.filter((operand) => {
    const name = operand.slice(1);
    const had = classes.contains(name);
    return classes.toggle(name, operand[0] === '~' ? undefined : operand[0] === '+') !== had;
  });
  const after = getAttribute(target, 'class');
  return () => {
    if (getAttribute(target, 'class') === after) change(target, 'class', before);
    else for (const operand of changed) classes.toggle(operand.slice(1));
  };
}

/** Returns undefined if the element does not open and close. */
export function isOpened(target: Element): boolean | undefined {
  if (target instanceof HTMLDialogElement || target instanceof HTMLDetailsElement) return target.open;
  return (target as HTMLElement).popover ? target.matches(':popover-open') : undefined;
}

export const setOpen: SetOpen = (target, isOpen = !(isOpened(target) || pressed.includes(target))) => {
  if (isOpened(target) !== !isOpen) return;
  if (target instanceof HTMLDetailsElement) target.open = isOpen;
  else if (!(target instanceof HTMLDialogElement)) (target as HTMLElement).togglePopover(isOpen);
  else if (isOpen) target.showModal();
  else target.close();
};
