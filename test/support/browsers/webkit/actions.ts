/** Acts of a visitor for which WebDriver lacks a command. Each runs in the page. */

export function fill(element: Element, value: string): void {
  const field = element as HTMLInputElement;
  field.focus();
  if (/^(date|color|range|time|month|week|datetime-local|number)$/.test(field.type)) {
    const { set } = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value') ?? {};
    set?.call(field, value);
    field.dispatchEvent(new Event('input', { bubbles: true }));
    field.dispatchEvent(new Event('change', { bubbles: true }));
    return;
  }
  if ('select' in field) field.select();
  else getSelection()?.selectAllChildren(element);
  const { ownerDocument } = element;
  if (value) ownerDocument.execCommand('insertText', false, value);
  else ownerDocument.execCommand('delete');
}

export function selectOption(element: Element, wanted: string | string[]): string[] {
  const select = element as HTMLSelectElement;
  const values = [wanted].flat();
  const options = [...select.options];
  const chosen = options.filter(({ value, label }) => values.includes(value) || values.includes(label));
  for (const option of options)
    if (chosen.includes(option) || select.multiple) option.selected = chosen.includes(option);
  select.dispatchEvent(new Event('input', { bubbles: true }));
  select.dispatchEvent(new Event('change', { bubbles: true }));
  return chosen.map(({ value }) => value);
}

export interface GivenFile {
  name: string;
  type: string;
  base64: string;
}

export function chooseFiles(element: Element, files: GivenFile[]): void {
  const input = element as HTMLInputElement;
  const data = new DataTransfer();
  for (const { name, type, base64 } of files) {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    data.items.add(new File([bytes], name, { type }));
  }
  input.files = data.files;
  input.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
  input.dispatchEvent(new Event('change', { bubbles: true }));
}

export interface Place {
  x: number;
  y: number;
}

/** Scrolls an element into view. Returns where in the window to press it: in its middle, or at `position` in it. */
export function placeOf(
  element: Element,
  position: { x: number; y: number } | null,
): { x: number; y: number } {
  element.scrollIntoView({ block: 'nearest' });
  const { left, top, width, height } = element.getBoundingClientRect();
  let x = left + (position?.x ?? width / 2);
  let y = top + (position?.y ?? height / 2);
  let { frameElement } = element.ownerDocument.defaultView ?? {};
  for (; frameElement; { frameElement } = frameElement.ownerDocument.defaultView ?? {}) {
    const frame = frameElement.getBoundingClientRect();
    x += frame.left + frameElement.clientLeft;
    y += frame.top + frameElement.clientTop;
  }
  return { x, y };
}

export function dispatch(element: Element, [type, init]: [string, EventInit]): void {
  const Kind = /^(click|mouse|drag|drop)/.test(type) ? MouseEvent : Event;
  element.dispatchEvent(new Kind(type, { bubbles: true, cancelable: true, composed: true, ...init }));
}
