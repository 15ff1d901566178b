import { getAttribute, listen } from '../dom.js';
import { announce, findFields, hasNewFiles, setFiles } from './fields.js';

const CANCEL = 'data-issr-upload-cancel';
const DROP = 'data-issr-drop';

export interface ChoiceListener {
  /** The files of a field changed. */
  onChoice(input: HTMLInputElement): void;
  /** The visitor removes the files of a field. */
  onCancel(name: string): void;
}

/** Watches how a visitor chooses files: by the field, by dropping them onto its label, by removing them. */
export function listenToChoices(listener: ChoiceListener): void {
  let target: Element | undefined;
  const mark = (label: Element | undefined) => {
    target?.removeAttribute(DROP);
    target = label;
    target?.setAttribute(DROP, '');
  };

  // Captured, to run before `data-rr="change"`.
  listen(window, 'change', ({ target }) => isFileInput(target) && listener.onChoice(target), true);
  // Chromium reports a choice of the same path as cancelled, although the file may be another by now.
  listen(window, 'cancel', ({ target }) => isFileInput(target) && hasNewFiles(target) && announce(target));
  // The field is emptied after the event.
  listen(window, 'reset', ({ target }) =>
    setTimeout(() => {
      const inputs = [...findFields().values()].flatMap((field) => field.inputs);
      for (const input of inputs) if (input.form === target) listener.onChoice(input);
    }),
  );
  listen(window, 'click', (event) => {
    const name = nameOf(event, CANCEL);
    if (name === undefined) return;
    event.preventDefault();
    listener.onCancel(name);
    for (const input of findFields().get(name)?.inputs ?? []) setFiles(input, []);
  });
  listen(window, 'dragover', (event) => {
    const label = labelOf(event);
    mark(label);
    if (label) event.preventDefault();
  });
  listen(window, 'dragleave', ({ relatedTarget }) => relatedTarget || mark(undefined));
  listen(window, 'drop', (event) => {
    const input = labelOf(event)?.control as HTMLInputElement | undefined;
    mark(undefined);
    if (!input) return;
    event.preventDefault();
    if (event.dataTransfer?.files.length) setFiles(input, event.dataTransfer.files);
  });
}

const isFileInput = (target: unknown): target is HTMLInputElement =>
  target instanceof HTMLInputElement && target.type === 'file' && !target.matches(':disabled');

/** The label of a file field under dragged files. The browser handles the field itself. */
function labelOf(event: DragEvent): HTMLLabelElement | undefined {
  if (!event.dataTransfer?.types.includes('Files') || isFileInput(event.target)) return;
  return event
    .composedPath()
    .find((node): node is HTMLLabelElement => node instanceof HTMLLabelElement && isFileInput(node.control));
}

/** The attribute's value on the innermost element of the event's path that has it. */
function nameOf(event: Event, attribute: string): string | undefined {
  const elements = event.composedPath().filter((node) => node instanceof Element);
  return (
    elements.map((element) => getAttribute(element, attribute)).find((name) => name !== null) ?? undefined
  );
}
