import type { ActionEntries, ParamEntries } from '../../src/protocol.js';
import type { RrArgument } from '../api.js';
import { getAttribute } from '../dom.js';
import type { Visit } from '../history.js';
import { isBox, isButtonType, valuesOf } from '../params.js';
import type { Site } from '../site.js';

/** The request of one `rr` call. */
export interface RrRequest {
  actions: ActionEntries;
  /** Names that have only this value in this event, whatever elements bear them. */
  named: ParamEntries;
  /** The asking elements, busy until the answer. */
  elements: Element[];
  visit?: Visit;
  /** A form's submit, which adds a history entry if its params are mirrored. */
  isSubmit?: boolean;
}

/** Sent for an element or action without a value. */
const NO_VALUE = 't';

/**
 * Reads the arguments of `rr`, and cancels the browser's own way of handling the event, a page load.
 * Returns undefined if the event is left to the browser.
 */
export function readRequest(
  args: RrArgument[],
  event: Event | undefined,
  site: Site | undefined,
): RrRequest | undefined {
  const request: RrRequest = { actions: [], named: [], elements: [] };
  for (const argument of args) {
    const cause = argument instanceof Event ? argument : event;
    const asker = argument instanceof Event ? argument.currentTarget : argument;
    if (asker instanceof Element) {
      if (!readElement(request, asker, cause, site)) return;
    } else if (asker && 'action' in asker) {
      request.actions.push([String(asker.action), String(asker.value ?? NO_VALUE)]);
    } else if (asker && 'name' in asker) {
      const { value = NO_VALUE } = asker;
      request.named.push([String(asker.name), Array.isArray(value) ? value.map(String) : String(value)]);
    }
  }
  return request;
}

function readElement(
  request: RrRequest,
  element: Element,
  event: Event | undefined,
  site: Site | undefined,
): boolean {
  request.elements.push(element);
  if (element instanceof HTMLFormElement) readForm(request, element, event);
  else if (isLink(element) && !getAttribute(element, 'action'))
    return readLink(request, element, event, site);
  else {
    if (loadsPage(element, event)) event?.preventDefault();
    readControl(request, element);
  }
  return true;
}

/** Reads a submit, which the browser has validated. The `action` of a form is its URL, never a command. */
function readForm(request: RrRequest, form: HTMLFormElement, event: Event | undefined): void {
  if (!(event instanceof SubmitEvent) || event.target !== form) return;
  const { submitter } = event;
  request.isSubmit = true;
  if (!isDialogForm(form, submitter)) event.preventDefault();
  if (submitter) {
    request.elements.push(submitter);
    readControl(request, submitter);
  }
  // `defineActions` names the command of a form, for a submit button without one of its own.
  const command = !request.actions.length && getAttribute(form, 'data-rr-action');
  if (command) {
    for (const [name, value] of new URLSearchParams(command)) request.actions.push([name, value || NO_VALUE]);
  }
}

function readControl({ actions, named }: RrRequest, element: Element): void {
  const action = getAttribute(element, 'action');
  const name = getAttribute(element, 'name');
  const values = action && isBox(element) ? [(element as HTMLInputElement).value] : valuesOf(element);
  // An unchecked box, an empty selection and a file field send nothing by themselves.
  if (!action && values.length === 0 && isSilentField(element)) return;
  // A form sends the value of any other element by itself, among the others of its name.
  const isSingle =
    !values.length || element.matches('button,:disabled') || isButtonType((element as HTMLInputElement).type);
  if (values.length === 0) values.push(NO_VALUE);
  if (action) for (const value of values) actions.push([action, value]);
  else if (name && isSingle) named.push([name, values.length > 1 ? values : (values[0] as string)]);
}

function isSilentField(element: Element): boolean {
  return (
    element instanceof HTMLSelectElement ||
    isBox(element) ||
    (element instanceof HTMLInputElement && element.type === 'file')
  );
}

type Link = HTMLAnchorElement | HTMLAreaElement;

const isLink = (element: Element): element is Link =>
  (element instanceof HTMLAnchorElement || element instanceof HTMLAreaElement) &&
  element.hasAttribute('href');

/** A plain click on a link to a page of this site is a visit. Any other is left to the browser. */
function readLink(request: RrRequest, link: Link, event: Event | undefined, site: Site | undefined): boolean {
  const url = new URL(link.href, location.href);
  const click = event instanceof MouseEvent && event.composedPath().includes(link) ? event : undefined;
  if (!site?.has(url) || (link.target && link.target !== '_self') || link.hasAttribute('download'))
    return false;
  if (click && (click.button || click.ctrlKey || click.metaKey || click.shiftKey || click.altKey))
    return false;
  if (url.hash && url.href.split('#')[0] === location.href.split('#')[0]) return false;
  click?.preventDefault();
  request.visit = { url, mode: 'push' };
  return true;
}

/** Returns true if the browser would load a page for this click: the element is a link or submits a form. */
function loadsPage(element: Element, event: Event | undefined): boolean {
  if (event?.type !== 'click') return false;
  if (isLink(element)) return true;
  const isButton = element instanceof HTMLButtonElement || element instanceof HTMLInputElement;
  return (
    isButton &&
    /^(submit|image)$/.test(element.type) &&
    !!element.form &&
    !isDialogForm(element.form, element)
  );
}

/** The submit of such a form closes a dialog and loads nothing. */
function isDialogForm(form: HTMLFormElement, submitter: Element | null): boolean {
  const method = (submitter && getAttribute(submitter, 'formmethod')) ?? getAttribute(form, 'method');
  return method?.toLowerCase() === 'dialog';
}
