import type { DOMWindow } from 'jsdom';
import type { NetworkRequest } from './network.js';

/**
 * Loads the page of a link or form whose event no script cancelled. jsdom decides whether that happens, and then says
 * that it does not implement it.
 */
export class DefaultActions {
  readonly #load: (url: URL, init?: NetworkRequest) => void;
  #window: DOMWindow | undefined;
  #link: HTMLAnchorElement | undefined;
  #submit: { form: HTMLFormElement; submitter: HTMLElement | null } | undefined;

  constructor(load: (url: URL, init?: NetworkRequest) => void) {
    this.#load = load;
  }

  watch(window: DOMWindow): void {
    this.#window = window;
    window.addEventListener(
      'click',
      ({ target }) => {
        this.#link = (target as Element).closest<HTMLAnchorElement>('a[href],area[href]') ?? undefined;
      },
      true,
    );
    window.addEventListener(
      'submit',
      ({ target, submitter }) => {
        this.#submit = { form: target as HTMLFormElement, submitter };
      },
      true,
    );
  }

  /** Returns false if the error is not that of such an action. */
  perform(error: Error): boolean {
    if (!error.message.startsWith('Not implemented: ')) return false;
    if (/requestSubmit/.test(error.message) && this.#submit) {
      this.#sendForm(this.#submit.form, this.#submit.submitter);
      return true;
    }
    if (!/navigation/.test(error.message) || !this.#link) return false;
    const url = new URL(this.#link.href);
    // Another program opens `mailto:` and the like.
    if (/^https?:$/.test(url.protocol)) this.#load(url);
    return true;
  }

  /** https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#form-submission-algorithm */
  #sendForm(form: HTMLFormElement, submitter: HTMLElement | null): void {
    const window = this.#window as DOMWindow;
    const attribute = (name: string) =>
      submitter?.getAttribute(`form${name}`) ?? form.getAttribute(name) ?? undefined;
    const method = attribute('method')?.toLowerCase();
    if (method === 'dialog') {
      const dialog = form.closest('dialog') as HTMLDialogElement | null;
      return dialog?.close(submitter?.getAttribute('value') ?? undefined);
    }
    const url = new URL(attribute('action') || window.location.href, window.document.baseURI);
    const entries = [...new window.FormData(form, submitter)].map(
      ([name, value]) => [name, typeof value === 'string' ? value : value.name] as [string, string],
    );
    const body = new URLSearchParams(entries).toString();
    if (method === 'post')
      return this.#load(url, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body,
      });
    url.search = body;
    this.#load(url);
  }
}
