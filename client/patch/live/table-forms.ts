import { closest, getAttribute, isConnected, select } from '../../dom.js';

/** Forms without content: they began between the parts of a table, where the parser puts nothing inside a form. */
const FORMS = ':is(table,thead,tbody,tfoot,tr)>form';
const FIELDS = 'button,fieldset,input,object,output,select,textarea';

type Owned = Element & { form: HTMLFormElement | null };

/** Fields whose attribute `form` is ours. */
const ours = new WeakSet<Element>();
let lastId = 0;

const setAttribute = (element: Element, name: string, value: string): void =>
  Element.prototype.setAttribute.call(element, name, value);

/**
 * Only the parser makes the fields of a row belong to a form that began between the parts of a table. Fields that a
 * patch inserts or moves there get the attribute `form`. To be called before a patch; the result, after it.
 */
export function keepTableForms(): () => void {
  const owners = new Map<Element, HTMLFormElement | null>();
  for (const table of tables())
    for (const field of table.querySelectorAll<Owned>(FIELDS)) owners.set(field, field.form);
  return () => {
    for (const table of tables()) restoreOwners(table, owners);
  };
}

function tables(): Set<Element> {
  return new Set([...select(FORMS)].map((form) => closest(form, 'table') as Element));
}

function restoreOwners(table: Element, owners: Map<Element, HTMLFormElement | null>): void {
  let form: Element | undefined;
  for (const element of table.querySelectorAll<Owned>(`form,${FIELDS}`)) {
    if (element instanceof HTMLFormElement) {
      if (element.matches(FORMS)) form = element;
    } else if (form && !closest(element, 'form')) {
      const isExplicit = getAttribute(element, 'form') !== null && !ours.has(element);
      // A field that had no owner shows that the form ended before it.
      if (!isExplicit && owners.get(element) === null) form = undefined;
      else if (!isExplicit && element.form !== form) own(element, form);
    }
  }
}

function own(field: Element, form: Element): void {
  const id = getAttribute(form, 'id') || `issr-form-${++lastId}`;
  setAttribute(form, 'id', id);
  ours.add(field);
  if (isConnected(field)) setAttribute(field, 'form', id);
}
