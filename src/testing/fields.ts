import { fireEvent } from '@testing-library/dom';

/** Types whose value is picked and not typed. */
const PICKED = /^(date|time|datetime-local|month|week|range|color|hidden)$/;

export function takesTyping(field: HTMLInputElement): boolean {
  return 'select' in field && !PICKED.test(field.type);
}

/** Sets a value as a picker does. */
export function setField(field: HTMLInputElement, value: string): void {
  field.focus();
  fireEvent.input(field, { target: { value } });
  fireEvent.change(field);
}
