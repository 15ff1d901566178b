import { closest, getAttribute, isConnected, listen, select } from '../dom.js';
import type { PageEvent } from '../events/event-list.js';
import type { DevelopedPage } from './page.js';
import { warn } from './warn.js';

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

const FIELDS =
  ':is(input:not([type=hidden],[type=file],[type=radio]),textarea,select)[name]:not([data-rr=off] *)';
const MAX_TAG = 120;

/** Fields that the visitor used. */
const used = new WeakSet<EventTarget>();

/**
 * Warns if a patch empties a named field that its visitor has filled in, and no command of the visitor asked for it. A
 * command may empty the fields of its own form, as after a message was sent, and all that belong to no form.
 */
export function warnOfCleared(page: DevelopedPage): void {
  const { events } = page;
  const warned = new Set<string>();
  let filled: Field[] = [];
  let records = new Set<Field>();
  for (const type of ['input', 'change'] as const)
    listen(window, type, ({ target }) => target && used.add(target), true);
  listen(document, 'issr:before-patch', ({ detail }) => {
    const answered = events.list.all().filter(({ number }) => number <= detail.event);
    const isVisit = answered.some(({ visit }) => visit);
    const mayClear = (field: Field) => answered.some((event) => isCommandFor(event, field));
    const fields = [...select<Field>(FIELDS)];
    filled = isVisit ? [] : fields.filter((field) => isFilled(field) && !mayClear(field));
    records = new Set(filled.filter((field) => isOfRecord(field, fields)));
  });
  listen(document, 'issr:patch', () => {
    for (const field of filled) {
      const fault = faultOf(field, records.has(field));
      const tag = tagOf(field);
      if (!fault || warned.has(tag)) continue;
      warned.add(tag);
      warn(page, 'ISSR_WARN_CLEARED', `emptied ${tag}, which its visitor had filled in. ${fault}`);
    }
    filled = [];
  });
}

/** The value of `update` in JSX is on the server; its attribute says that the server decides about the field. */
const isFilled = (field: Field): boolean =>
  used.has(field) && contentOf(field) !== '' && getAttribute(field, 'update') === null;

function isCommandFor({ actions, named, isSubmit, elements }: PageEvent, field: Field): boolean {
  if (actions.length + named.length === 0 && !isSubmit) return false;
  const form = formOf(field);
  return elements.length === 0 || !form || elements.some((asker) => (formOf(asker) ?? form) === form);
}

function formOf(element: Element): Element | null {
  if (element instanceof HTMLFormElement) return element;
  const { form } = element as Partial<Field>;
  return form instanceof HTMLFormElement ? form : closest(element, 'form');
}

function faultOf(field: Field, isRecord: boolean): string | undefined {
  if (getAttribute(field, 'update') !== null) return undefined;
  if (isConnected(field))
    return contentOf(field) === '' ? "The server's value for it changed to an empty one." : undefined;
  if (isRecord) return undefined;
  const name = nameOf(field);
  const other = [...select<Field>(FIELDS)].find((one) => nameOf(one) === name);
  return other && contentOf(other) === ''
    ? 'Another element took its place: give the field, or what is around it, an id or a key.'
    : undefined;
}

/** Several fields of one name, each with an `id` or a `key` around it, are those of records: one goes with its record. */
const isOfRecord = (field: Field, fields: Field[]): boolean =>
  closest(field, '[id],[key]') !== null &&
  fields.some((other) => other !== field && nameOf(other) === nameOf(field));

const nameOf = (field: Field): string | null => getAttribute(field, 'name');

const contentOf = (field: Field): string =>
  field.type === 'checkbox' ? ((field as HTMLInputElement).checked ? 'on' : '') : field.value;

/** An element's start tag, without what the visitor typed. */
export function tagOf(field: Element): string {
  const copy = field.cloneNode(false) as Element;
  copy.removeAttribute('value');
  const [tag = ''] = /^<[^>]*>/.exec(copy.outerHTML) ?? [];
  return tag.slice(0, MAX_TAG);
}
