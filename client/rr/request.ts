import { type ActionEntries, NO_VALUE, type ParamEntries } from '../../src/protocol.js';
import type { RrArgument } from '../api.js';
import { closest, getAttribute, rootOf, select } from '../dom.js';
import { isSame, type Visit } from '../history.js';
import { entriesOf, isBox, isButtonType, paramsOf, valuesOf } from '../params.js';
import type { Site } from '../site.js';

/** The request of one `rr` call. */
export interface RrRequest {
  actions: ActionEntries;
  /** Names that have only this value in this event, whatever elements bear them. */
  named: ParamEntries;
  /** The asking elements, busy until the answer. */
  elements: Element[];
  visit?: Visit;
  /** The submitted form. Its answer adds a history entry if the params are mirrored. */
  form?: HTMLFormElement;
  /** The image button that submitted the form. It sends the point of the click. */
  image?: HTMLElement;
  /** The request is dropped while an earlier one with this lock is unanswered. */
  lock?: Element;
  /** The question to ask first. */
  question?: string;
}

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
    if (isElement(asker)) {
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
  // Nothing inside a fence, which has what visitors wrote, runs a command.
  if (isFenced(element)) return false;
  readAttributes(request, element);
  if (element instanceof HTMLFormElement) return readForm(request, element, event, site);
  if (element.hasAttribute('lock')) request.lock ??= element;
  // The event may be another element's: a delayed request runs before a later one.
  const click = event instanceof MouseEvent && event.composedPath().includes(element) ? event : undefined;
  if (isLink(element)) {
    // The browser opens a window or downloads.
    if (click && (click.button || click.ctrlKey || click.metaKey || click.shiftKey || click.altKey))
      return false;
    if (!getAttribute(element, 'action')) return readLink(request, element, click, site);
  }
  if (click?.type === 'click' && loadsPage(element)) click.preventDefault();
  readControl(request, element);
  return true;
}

const isFenced = (element: Element): boolean => !!closest(element, '[data-rr=off]');

/** Reads `with="page=1&sort=name"`, params for this event, and `confirm="Delete it?"`. */
function readAttributes(request: RrRequest, element: Element): void {
  request.elements.push(element);
  request.question ??= getAttribute(element, 'confirm') ?? undefined;
  request.named.push(...paramsOf(new URLSearchParams(getAttribute(element, 'with') ?? '')));
}

/** Reads a submit, which the browser has validated. The `action` of a form is its URL, never a command. */
function readForm(
  request: RrRequest,
  form: HTMLFormElement,
  event: Event | undefined,
  site: Site | undefined,
): boolean {
  if (!(event instanceof SubmitEvent) || event.target !== form) return true;
  const { submitter } = event;
  request.form = request.lock = form;
  if (!isDialogForm(form, submitter)) event.preventDefault();
  // The attribute `form` makes a button inside a fence submit a form outside it.
  if (submitter && isFenced(submitter)) return false;
  request.visit = visitOfForm(form, submitter, site);
  if (submitter) {
    readAttributes(request, submitter);
    if ((submitter as HTMLInputElement).type === 'image') request.image = submitter;
    if (!request.visit && (getAttribute(submitter, 'action') || !request.image))
      readControl(request, submitter);
  }
  // `defineActions` names the command of a form, for a submit button without one of its own.
  const command = !request.actions.length && getAttribute(form, 'data-rr-action');
  if (command) {
    const none = command.includes('=') ? '' : NO_VALUE;
    for (const [name, value] of new URLSearchParams(command)) request.actions.push([name, value || none]);
  }
  return true;
}

/** A GET form whose `action` is another page of this site is a visit to that page. */
function visitOfForm(
  form: HTMLFormElement,
  submitter: HTMLElement | null,
  site: Site | undefined,
): Visit | undefined {
  const action = attributeOf(form, submitter, 'action');
  const url = action && new URL(action, rootOf(document).baseURI);
  if (!url || url.pathname === location.pathname || !site?.has(url)) return;
  if (methodOf(form, submitter) !== 'get' || (submitter && getAttribute(submitter, 'action'))) return;
  url.search = '';
  for (const [name, value] of entriesOf(form, submitter))
    for (const item of [value].flat()) url.searchParams.append(name, item);
  return { url, mode: 'push' };
}

function readControl({ actions, named }: RrRequest, element: Element): void {
  const action = getAttribute(element, 'action');
  const name = getAttribute(element, 'name');
  const values = action && isBox(element) ? [(element as HTMLInputElement).value] : valuesOf(element);
  // An unchecked box, an empty selection and a file field send nothing by themselves.
  if (!action && !values.length && isSilentField(element)) return;
  // A form sends the value of any other element by itself, among the others of its name.
  const isSingle =
    !values.length || element.matches('button,:disabled') || isButtonType((element as HTMLInputElement).type);
  if (!values.length) values.push(NO_VALUE);
  if (action) for (const value of values) actions.push([action, value]);
  else if (name && isSingle) named.push([name, values.length > 1 ? values : (values[0] as string)]);
}

function isSilentField(element: Element): boolean {
  return isBox(element) || element.matches('select,input[type=file]');
}

/** Elements of an iframe are of another realm, and a form has a field in place of any member. */
const isElement = (value: unknown): value is Element => !!(value as Element | undefined)?.closest;

/** SVG 2 allows both spellings: https://svgwg.org/svg2-draft/linking.html#XLinkRefAttrs */
const addressOf = (link: Element): string | null =>
  getAttribute(link, 'href') ?? getAttribute(link, 'xlink:href');

const isLink = (element: Element): boolean =>
  /^(a|area)$/.test(element.localName) && addressOf(element) !== null;

/** A link to a page of this site is a visit. Any other is left to the browser. */
function readLink(
  request: RrRequest,
  link: Element,
  click: MouseEvent | undefined,
  site: Site | undefined,
): boolean {
  const url = new URL(addressOf(link) as string, link.baseURI);
  const [base] = select('base[target]');
  const target = getAttribute(link, 'target') ?? (base && getAttribute(base, 'target'));
  if (!site?.has(url) || (target && target !== '_self') || link.hasAttribute('download')) return false;
  // A hash may be empty: `href="#"` is the top of the page.
  if (/#/.test(url.href) && isSame(url, location)) return false;
  click?.preventDefault();
  request.visit = { url, mode: 'push' };
  return true;
}

/** Returns true if the browser would load a page for a click: the element is a link or submits a form. */
function loadsPage(element: Element): boolean {
  if (isLink(element)) return true;
  const { type, form } = element as HTMLButtonElement;
  return /^(submit|image)$/.test(type) && !!form && !isDialogForm(form, element);
}

/** The submit of such a form closes a dialog and loads nothing. */
function isDialogForm(form: HTMLFormElement, submitter: Element | null): boolean {
  return methodOf(form, submitter) === 'dialog';
}

const methodOf = (form: HTMLFormElement, submitter: Element | null): string =>
  attributeOf(form, submitter, 'method')?.toLowerCase() ?? 'get';

/** The attribute of a form, or its submitter's `form…` in place of it. */
const attributeOf = (form: HTMLFormElement, submitter: Element | null, name: string): string | null =>
  (submitter && getAttribute(submitter, `form${name}`)) ?? getAttribute(form, name);
