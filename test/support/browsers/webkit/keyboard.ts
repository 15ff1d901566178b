import { Key, type WebDriver } from 'selenium-webdriver';

/** Playwright's names of keys, where WebDriver has others. */
const KEYS: Record<string, string> = {
  ArrowLeft: Key.ARROW_LEFT,
  ArrowRight: Key.ARROW_RIGHT,
  ArrowUp: Key.ARROW_UP,
  ArrowDown: Key.ARROW_DOWN,
  Backspace: Key.BACK_SPACE,
  ControlOrMeta: Key.CONTROL,
  Space: ' ',
};

export const keyOf = (name: string): string =>
  KEYS[name] ?? (Key as unknown as Record<string, string>)[name.toUpperCase()] ?? name;

/** Presses a key, or several that are held together: `Shift+ArrowLeft`. */
export async function pressKeys(driver: WebDriver, names: string): Promise<void> {
  const keys = (names.length > 1 ? names.split('+') : [names]).map(keyOf);
  const actions = driver.actions({ async: false });
  for (const key of keys) actions.keyDown(key);
  for (const key of keys.reverse()) actions.keyUp(key);
  await actions.perform();
}
