import { setTimeout as sleep } from 'node:timers/promises';
import type { WebDriver, WebElement } from 'selenium-webdriver';
import { chooseFiles, dispatch, fill, type GivenFile, type Place, placeOf, selectOption } from './actions.js';
import { keyOf, pressKeys } from './keyboard.js';
import { WebkitLocator } from './locator.js';
import { HELPER, SELECTORS, type Waiting, WebkitTab } from './tab.js';

interface Clicking extends Waiting {
  position?: { x: number; y: number };
  modifiers?: string[];
}

interface MemoryFile {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

type State = 'visible' | 'attached' | 'detached' | 'hidden';
type OnElement<Arg, Result> = (element: Element, arg: Arg) => Result;

/** A tab of WebKitGTK, by the part of playwright-core's `Page` that the tests use. This part acts on its elements. */
export class WebkitPage extends WebkitTab {
  readonly keyboard = {
    press: (key: string) => this.run((driver) => pressKeys(driver, key)),
    type: async (text: string, { delay = 0 } = {}) => {
      for (const letter of text) {
        await this.run((driver) => pressKeys(driver, letter));
        if (delay) await sleep(delay);
      }
    },
  };

  readonly mouse = {
    move: (x: number, y: number) =>
      this.run((driver) => driver.actions({ async: false }).move({ x, y, duration: 0 }).perform()),
    down: () => this.run((driver) => driver.actions({ async: false }).press().perform()),
    up: () => this.run((driver) => driver.actions({ async: false }).release().perform()),
  };

  async waitForSelector(
    selector: string,
    { state = 'visible', ...waiting }: Waiting & { state?: State } = {},
  ) {
    await this.until(
      `waiting for ${selector} to be ${state}`,
      async () => {
        const [isThere, isShown] = await this.look<[boolean, boolean]>(
          `${SELECTORS} const [element] = all(args[0]); return [!!element, !!element && isVisible(element)];`,
          selector,
        );
        const is = { visible: isShown, attached: isThere, detached: !isThere, hidden: !isShown }[state];
        return is ? { value: true } : undefined;
      },
      waiting,
    );
    return this.locator(selector);
  }

  /** Waits for an element that a visitor can use. */
  async #usable(selector: string, waiting?: Waiting): Promise<WebElement> {
    const script = `${HELPER} ${SELECTORS} if (isInTransition()) return null; return all(arguments[0]).find((e) => isVisible(e) && !e.matches(':disabled')) ?? null;`;
    return this.until(
      `waiting for ${selector}`,
      async () => {
        const element = await this.run((driver) => driver.executeScript<WebElement | null>(script, selector));
        return element ? { value: element } : undefined;
      },
      waiting,
    );
  }

  /** Runs a function on the first element, once there is one. */
  async $eval<Result, Arg>(
    selector: string,
    run: OnElement<Arg, Result>,
    arg?: Arg,
    waiting?: Waiting,
  ): Promise<Result> {
    return this.until(
      `waiting for ${selector}`,
      async () => {
        // A result without JSON, such as a window, is a result too.
        const found = await this.execute<[string | null] | undefined>(
          `${SELECTORS} const [element] = all(args[0]); if (element) return [toText(await (${run})(element, args[1])) ?? null];`,
          selector,
          arg,
        );
        return found && { value: (found[0] === null ? undefined : JSON.parse(found[0])) as Result };
      },
      waiting,
    );
  }

  $$eval<Result, Arg>(
    selector: string,
    run: (elements: Element[], arg: Arg) => Result,
    arg?: Arg,
  ): Promise<Result> {
    return this.execute(`${SELECTORS} return (${run})(all(args[0]), args[1]);`, selector, arg);
  }

  async click(selector: string, { position, modifiers = [], ...waiting }: Clicking = {}): Promise<void> {
    await this.until(
      `clicking ${selector}`,
      async () => {
        // The element of a frame cannot be an argument of a command.
        if (selector.includes('enter-frame')) {
          const place = await this.$eval(selector, placeOf, position ?? null, waiting);
          await this.run((driver) => pressPlace(driver, place, modifiers));
        } else {
          const element = await this.#usable(selector, waiting);
          await this.run((driver) => pressAt(driver, element, position, modifiers));
        }
        return { value: true };
      },
      waiting,
    );
    // Learns the address to which the click led.
    await this.look('').catch(() => {});
  }

  async dblclick(selector: string): Promise<void> {
    const element = await this.#usable(selector);
    await this.run(async (driver) => {
      await scrollTo(driver, element);
      await driver.actions({ async: false }).doubleClick(element).perform();
    });
  }

  async hover(selector: string): Promise<void> {
    const element = await this.#usable(selector);
    await this.run(async (driver) => {
      const { x, y } = await scrollTo(driver, element);
      await driver
        .actions({ async: false })
        .move({ x: Math.round(x), y: Math.round(y), duration: 0 })
        .perform();
    });
  }

  focus = (selector: string): Promise<void> =>
    this.$eval(selector, (element) => (element as HTMLElement).focus());
  blur = (selector: string): Promise<void> =>
    this.$eval(selector, (element) => (element as HTMLElement).blur());

  async fill(selector: string, value: string): Promise<void> {
    await this.waitForSelector(selector);
    await this.$eval(selector, fill, value);
  }

  async type(selector: string, text: string, options?: { delay?: number }): Promise<void> {
    await this.focus(selector);
    await this.keyboard.type(text, options);
  }

  async press(selector: string, key: string): Promise<void> {
    await this.focus(selector);
    await this.keyboard.press(key);
  }

  async check(selector: string): Promise<void> {
    if (!(await this.isChecked(selector))) await this.click(selector);
  }

  async uncheck(selector: string): Promise<void> {
    if (await this.isChecked(selector)) await this.click(selector);
  }

  selectOption = (selector: string, values: string | string[]): Promise<string[]> =>
    this.$eval(selector, selectOption, values);

  /** Chooses a file of the disk by its path, or files that exist in memory only. */
  async setInputFiles(selector: string, files: string | MemoryFile | MemoryFile[]): Promise<void> {
    if (typeof files !== 'string') return this.$eval(selector, chooseFiles, [files].flat().map(toGivenFile));
    await this.waitForSelector(selector, { state: 'attached' });
    const script = `${HELPER} ${SELECTORS} return all(arguments[0])[0];`;
    await this.run(async (driver) => {
      const input = await driver.executeScript<WebElement>(script, selector);
      await input.sendKeys(files);
    });
  }

  dispatchEvent = (selector: string, type: string, init: EventInit = {}): Promise<void> =>
    this.$eval(selector, dispatch, [type, init] as [string, EventInit]);

  isChecked = (selector: string): Promise<boolean> =>
    this.$eval(selector, (element) => (element as HTMLInputElement).checked);
  inputValue = (selector: string): Promise<string> =>
    this.$eval(selector, (element) => (element as HTMLInputElement).value);
  textContent = (selector: string): Promise<string | null> =>
    this.$eval(selector, (element) => element.textContent);
  innerHTML = (selector: string): Promise<string> => this.$eval(selector, (element) => element.innerHTML);
  getAttribute = (selector: string, name: string): Promise<string | null> =>
    this.$eval(selector, (element, name) => element.getAttribute(name), name);
  isVisible = (selector: string): Promise<boolean> =>
    this.look(`${SELECTORS} return all(args[0]).slice(0, 1).some(isVisible);`, selector);

  locator = (selector: string, { hasText }: { hasText?: string } = {}): WebkitLocator =>
    new WebkitLocator(this, hasText ? `${selector}:has-text("${hasText}")` : selector);
  /** A frame of the page's own origin. */
  frameLocator = (selector: string): WebkitLocator => this.locator(`${selector} >> enter-frame`);
  getByText = (text: string): WebkitLocator => this.locator(`text=${text}`);
}

async function pressAt(
  driver: WebDriver,
  element: WebElement,
  position: Clicking['position'],
  modifiers: string[],
): Promise<void> {
  if (!position && modifiers.length === 0) {
    const isPressed = await element.click().then(
      () => true,
      (error: Error) => {
        // WebDriver refuses to press elements of SVG.
        if (error.name !== 'ElementNotInteractableError') throw error;
      },
    );
    if (isPressed) return;
  }
  await pressPlace(driver, await scrollTo(driver, element, position), modifiers);
}

/** Scrolls an element into view. Returns where in the window it is then. */
function scrollTo(driver: WebDriver, element: WebElement, position?: Clicking['position']): Promise<Place> {
  const script = `return (${placeOf})(arguments[0], arguments[1])`;
  return driver.executeScript<Place>(script, element, position ?? null);
}

async function pressPlace(driver: WebDriver, { x, y }: Place, modifiers: string[]): Promise<void> {
  const actions = driver.actions({ async: false });
  const keys = modifiers.map(keyOf);
  for (const key of keys) actions.keyDown(key);
  actions.move({ x: Math.round(x), y: Math.round(y), duration: 0 }).click();
  for (const key of keys) actions.keyUp(key);
  await actions.perform();
}

function toGivenFile({ name, mimeType, buffer }: MemoryFile): GivenFile {
  return { name, type: mimeType, base64: buffer.toString('base64') };
}
