import type { WebkitPage } from './page.js';

/** Elements of a page, by the part of playwright-core's `Locator` that the tests use. */
export class WebkitLocator {
  readonly #page: WebkitPage;
  readonly #selector: string;

  constructor(page: WebkitPage, selector: string) {
    this.#page = page;
    this.#selector = selector;
  }

  locator = (selector: string): WebkitLocator => this.#page.locator(`${this.#selector} >> ${selector}`);
  nth = (index: number): WebkitLocator => this.locator(`nth=${index}`);
  first = (): WebkitLocator => this.nth(0);
  last = (): WebkitLocator => this.nth(-1);

  count = (): Promise<number> => this.evaluateAll((elements) => elements.length);
  allTextContents = (): Promise<string[]> =>
    this.evaluateAll((elements) => elements.map((element) => element.textContent ?? ''));
  async all(): Promise<WebkitLocator[]> {
    return Array.from({ length: await this.count() }, (_, index) => this.nth(index));
  }

  scrollIntoViewIfNeeded = (): Promise<void> =>
    this.#page.$eval(this.#selector, (element) => element.scrollIntoView({ block: 'nearest' }));
  evaluate = this.#bind('$eval');
  evaluateAll: <Result>(run: (elements: Element[]) => Result) => Promise<Result> = (run) =>
    this.#page.$$eval(this.#selector, run);
  waitFor = this.#bind('waitForSelector');
  click = this.#bind('click');
  dblclick = this.#bind('dblclick');
  hover = this.#bind('hover');
  focus = this.#bind('focus');
  blur = this.#bind('blur');
  fill = this.#bind('fill');
  pressSequentially = this.#bind('type');
  press = this.#bind('press');
  check = this.#bind('check');
  uncheck = this.#bind('uncheck');
  isChecked = this.#bind('isChecked');
  isVisible = this.#bind('isVisible');
  selectOption = this.#bind('selectOption');
  setInputFiles = this.#bind('setInputFiles');
  dispatchEvent = this.#bind('dispatchEvent');
  inputValue = this.#bind('inputValue');
  textContent = this.#bind('textContent');
  innerHTML = this.#bind('innerHTML');
  getAttribute = this.#bind('getAttribute');

  #bind(method: keyof WebkitPage) {
    return (...args: unknown[]): unknown =>
      (this.#page[method] as (selector: string, ...args: unknown[]) => unknown)(this.#selector, ...args);
  }
}
