import { getAttribute, select } from '../dom.js';

const INPUTS = 'input[type=file][name]:not([name=""])';

/** WebKit forgets the objects of chosen files, which then look like other files, unless a script refers to them. */
const held = new WeakMap<HTMLInputElement, File[]>();

/** The inputs of one name and their files. */
export interface Field {
  name: string;
  inputs: HTMLInputElement[];
  files: File[];
}

/**
 * The page's file fields by name, in document order.
 *
 * @param withDisabled also those that send nothing
 */
export function findFields(withDisabled = false): Map<string, Field> {
  const fields = new Map<string, Field>();
  for (const input of select(INPUTS) as NodeListOf<HTMLInputElement>) {
    const files = [...(input.files ?? [])];
    held.set(input, files);
    if (!withDisabled && input.matches(':disabled')) continue;
    const name = getAttribute(input, 'name') as string;
    const field = fields.get(name) ?? { name, inputs: [], files: [] };
    field.inputs.push(input);
    field.files.push(...files);
    fields.set(name, field);
  }
  return fields;
}

/** The author's elements for a field: `data-issr-upload="photo"`. */
export function elementsFor<Kind extends HTMLElement>(attribute: string, name: string): Kind[] {
  const elements = [...(select(`[${attribute}]`) as NodeListOf<Kind>)];
  return elements.filter((element) => getAttribute(element, attribute) === name);
}

/** Returns true if a known field has files that it did not have before. */
export const hasNewFiles = (input: HTMLInputElement): boolean =>
  held.get(input)?.includes(input.files?.[0] as File) === false;

/** Sets the files of a field as if the visitor had chosen them. */
export function setFiles(input: HTMLInputElement, files: FileList | File[]): void {
  const list = new DataTransfer();
  for (const file of input.multiple ? files : [...files].slice(0, 1)) list.items.add(file);
  input.files = list.files;
  announce(input);
}

/** Dispatches the events of a choice. */
export function announce(input: HTMLInputElement): void {
  input.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
  input.dispatchEvent(new Event('change', { bubbles: true }));
}
