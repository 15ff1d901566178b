import { waitFor } from '@testing-library/dom';
import { type UserEvent, userEvent } from '@testing-library/user-event';
import type { FastifyInstance } from 'fastify';
import type { Page } from '../page/page.js';
import { type ParamValue, ScriptAttribute } from '../protocol.js';
import { setField, takesTyping } from './fields.js';
import { find, findAll, type Target } from './find.js';
import { toKeys } from './keys.js';
import { Network, type Visitor } from './network.js';
import { settle } from './settle.js';
import { Tab } from './tab.js';

/** Milliseconds. */
const DEFAULT_TIMEOUT = 5000;

/** A file for `upload`. */
export interface TestFile {
  name: string;
  content: string | Uint8Array;
  /** A media type, such as `image/png`. */
  type?: string | undefined;
}

/** A DOM event of the client script, such as `issr:patch`. */
export interface TestEvent {
  type: string;
  detail: unknown;
}

/** The tabs of one visitor. */
export interface TestVisitor extends Visitor {
  channels: Set<object>;
  /** All that were opened. */
  tabs: Set<TestPage>;
}

/** Globals of the client script that this file calls. */
interface ClientGlobals {
  rr(element: Element): Promise<unknown>;
}

/** A page in a test: the real client script in a DOM of jsdom, connected to a Fastify app in this process. */
export class TestPage {
  /** Texts that the page logged with `console.error`, and errors of its scripts. Clear it with `errors.length = 0`. */
  readonly errors: string[] = [];
  /** The client script's DOM events, oldest first. */
  readonly events: TestEvent[] = [];
  readonly #fastify: FastifyInstance;
  readonly #visitor: TestVisitor;
  readonly #network: Network;
  readonly #tab: Tab;
  readonly #timeout: number;
  #user: { document: Document; events: UserEvent } | undefined;

  /** Use `openPage`. */
  constructor(fastify: FastifyInstance, visitor: TestVisitor, timeout = DEFAULT_TIMEOUT) {
    this.#fastify = fastify;
    this.#visitor = visitor;
    visitor.tabs.add(this);
    this.#timeout = timeout;
    this.#network = new Network(fastify, visitor);
    this.#tab = new Tab(this.#network, visitor, {
      onError: (message) => this.errors.push(message),
      onEvent: ({ type, detail }) => this.events.push({ type, detail }),
    });
  }

  /** The tab's window. It is another one after a load. */
  get window(): Window & typeof globalThis {
    return this.#tab.window as unknown as Window & typeof globalThis;
  }

  get document(): Document {
    return this.window.document;
  }

  /** The HTML of the document as it is now, with what its visitor did. */
  get html(): string {
    return this.document.documentElement.outerHTML;
  }

  /** The address bar: path, query and hash. */
  get url(): string {
    const { pathname, search, hash } = this.window.location;
    return pathname + search + hash;
  }

  /** HTTP status of the last load. */
  get status(): number {
    return this.#tab.status;
  }

  /** The page's params on the server. Empty for a document that is not an ISSR page. */
  get params(): Record<string, ParamValue> {
    const { id } = this.#tab.messages;
    const page = pagesOf(this.#fastify).find((one) => one.id === id);
    return page ? Object.fromEntries(page.params) : {};
  }

  /**
   * Text of the one element that a target names, white space collapsed.
   *
   * @param target default: the body
   * @throws Error with the page's HTML if no element or more than one matches
   */
  text(target: Target = this.document.body): string {
    return (this.find(target).textContent ?? '').replace(/\s+/g, ' ').trim();
  }

  /** Texts of all elements that a target names, in document order. */
  texts(target: Target): string[] {
    return this.findAll(target).map((element) => this.text(element));
  }

  /** @throws Error with the page's HTML if no element or more than one matches */
  find(target: Target): Element {
    return find(this.document, target);
  }

  findAll(target: Target): Element[] {
    return findAll(this.document, target);
  }

  /** Clicks an element. @throws Error if it is disabled */
  async click(target: Target): Promise<void> {
    await this.#events.click(this.#enabled(target));
  }

  /** Replaces the value of a field, by one `input` event. */
  async fill(target: Target, value: string): Promise<void> {
    const field = this.#enabled(target) as HTMLInputElement;
    if (!takesTyping(field)) return setField(field, value);
    const events = this.#events;
    field.focus();
    if (value === '') return events.clear(field);
    field.select();
    await events.paste(value);
  }

  /** Types a text key by key at the end of a field. */
  async type(target: Target, text: string): Promise<void> {
    await this.#events.type(this.#enabled(target), text.replace(/[[{]/g, '$&$&'));
  }

  /** Checks a check box or radio button, unless it is. */
  async check(target: Target): Promise<void> {
    await this.#setChecked(target, true);
  }

  async uncheck(target: Target): Promise<void> {
    await this.#setChecked(target, false);
  }

  /** Selects options by value or text. The others of a `<select multiple>` are deselected. */
  async select(target: Target, ...values: string[]): Promise<void> {
    const field = this.#enabled(target) as HTMLSelectElement;
    const others = [...field.selectedOptions].filter(
      ({ value, text }) => !values.includes(value) && !values.includes(text),
    );
    if (field.multiple && others.length > 0) await this.#events.deselectOptions(field, others);
    await this.#events.selectOptions(field, values);
  }

  /** Submits a form as its Enter key does: validated, by its first submit button. @param target default: the only form */
  async submit(target: Target = 'form'): Promise<void> {
    const form = this.find(target).closest('form');
    if (!form) throw new Error('The element is not in a form.');
    const button = form.querySelector<HTMLElement>('button:not([type=button],[type=reset]),[type=submit]');
    form.requestSubmit(button);
  }

  /** Chooses files in a file field. */
  async upload(target: Target, ...files: TestFile[]): Promise<void> {
    const { File } = this.window;
    const chosen = files.map(
      ({ name, content, type }) => new File([content as BlobPart], name, { type: type ?? 'text/plain' }),
    );
    await this.#events.upload(this.#enabled(target) as HTMLElement, chosen);
  }

  /**
   * Presses a key or a combination, such as `Enter` or `Control+s`.
   *
   * @param target takes the focus first; default: the element that has it
   */
  async press(key: string, target?: Target): Promise<void> {
    if (target !== undefined) (this.#enabled(target) as HTMLElement).focus();
    await this.#events.keyboard(toKeys(key));
  }

  /** Goes to a page of this site in place, as a link with `onclick="rr(this)"` does. */
  async visit(url: string): Promise<void> {
    const link = this.document.createElement('a');
    link.href = url;
    // If the visit ends in a load, the promise of this document stays open.
    void (this.window as unknown as ClientGlobals).rr(link);
    await this.settled();
  }

  /** Loads the page again. */
  async reload(): Promise<void> {
    await this.#tab.load(new URL(this.window.location.href));
    await this.settled();
  }

  /** Presses the browser's Back button. */
  async back(): Promise<void> {
    await this.#tab.back();
    await this.settled();
  }

  /**
   * Resolves when the page is connected, everything it sent is answered and shown, and no page of the app renders.
   * Delayed requests (`drr`) are sent now. Work that only the app knows, such as its own timers, is not awaited: see
   * `waitFor`.
   *
   * @throws Error that names what is under way, after the page's `timeout`
   */
  async settled(): Promise<void> {
    await settle(() => this.#work(), this.#timeout);
  }

  /** Calls `check` until it does not throw. @throws its last error, after the page's `timeout` */
  async waitFor<T>(check: () => T): Promise<T> {
    return waitFor(check, { container: this.document.documentElement, timeout: this.#timeout, interval: 10 });
  }

  /** Cuts the page's line to the server, as in a tunnel. What is done meanwhile is sent after `reconnect`. */
  async disconnect(): Promise<void> {
    this.#network.isOnline = false;
    await settle(
      () => (this.#status === 'connected' ? 'the page has not noticed the cut' : undefined),
      this.#timeout,
    );
  }

  /** Mends the line. Resolves when the page is settled. */
  async reconnect(): Promise<void> {
    this.#network.isOnline = true;
    this.window.dispatchEvent(new this.window.Event('online'));
    await this.settled();
  }

  /** Opens another tab of the same visitor, with the same cookies. */
  async openTab(url: string): Promise<TestPage> {
    const page = new TestPage(this.#fastify, this.#visitor, this.#timeout);
    await page.load(new URL(url, this.window.location.href));
    return page;
  }

  /** Loads a URL, as if its visitor had typed it into the address bar. */
  async load(url: string | URL): Promise<void> {
    await this.#tab.load(new URL(url, this.#tab.isOpen ? this.window.location.href : undefined));
    await this.settled();
  }

  /** Closes the tab. `fastify.close()` closes all pages of the app. */
  close(): void {
    this.#tab.close();
  }

  get #status(): string | null {
    return this.document.documentElement.getAttribute('data-issr');
  }

  get #isIssrPage(): boolean {
    return [...this.document.scripts].some((script) => script.hasAttribute(ScriptAttribute.token));
  }

  /** A document has its own state of keys and pointer. */
  get #events(): UserEvent {
    const { document } = this;
    if (this.#user?.document !== document)
      this.#user = { document, events: userEvent.setup({ document, delay: null, pointerEventsCheck: 0 }) };
    return this.#user.events;
  }

  #enabled(target: Target): Element {
    const element = this.find(target);
    if (element.matches(':disabled')) throw new Error(`The element is disabled: ${element.outerHTML}`);
    return element;
  }

  async #setChecked(target: Target, isChecked: boolean): Promise<void> {
    const box = this.#enabled(target) as HTMLInputElement;
    if (box.checked !== isChecked) await this.#events.click(box);
  }

  /** Names what is under way, if anything is. */
  #work(): string | undefined {
    const { isClosed, isLoading, messages, timers } = this.#tab;
    if (isClosed) return undefined;
    if (isLoading) return 'a document is loading';
    if (this.#network.pending > 0) return 'an HTTP request is unanswered';
    for (const page of pagesOf(this.#fastify))
      if (page.queue.isRunning) return `the page at ${page.path} is rendering`;
    if (!this.#network.isOnline || !this.#isIssrPage) return undefined;
    timers?.run();
    if (this.#status !== 'connected') return 'the page is not connected';
    return messages.hasUnanswered ? 'an event is unanswered' : undefined;
  }
}

/** Returns the pages of all registrations of the plugin in an app. One may be in a scope of its own. */
function pagesOf(fastify: FastifyInstance): Page[] {
  const registered = new Set(scopesOf(fastify).flatMap(({ issr }) => issr ?? []));
  return [...registered].flatMap(({ pages }) => [...pages.values()] as Page[]);
}

/** Returns the app and all scopes in it, which Fastify keeps in a property that it does not export. */
function scopesOf(fastify: FastifyInstance): (Partial<FastifyInstance> & object)[] {
  const symbols = Object.getOwnPropertySymbols(fastify) as (keyof FastifyInstance)[];
  const key = symbols.find((symbol) => (symbol as unknown as symbol).description === 'fastify.children');
  const scopes = (key ? fastify[key] : []) as unknown as FastifyInstance[];
  return [fastify, ...scopes.flatMap(scopesOf)];
}
