/** A visitor of `/draft` who types and gives commands, in a real browser. */
import type { Page } from 'playwright-core';

declare global {
  interface Window {
    /** Commands that were reported as in doubt. */
    lost: string[];
    /** Errors of commands. */
    failed: string[];
    answered: Promise<unknown>[];
  }
}

export interface CommandPageState {
  draft: string;
  focused: string;
  lost: string[];
  errors: string[];
}

export async function begin(page: Page): Promise<void> {
  await page.focus('[name=draft]');
  await page.evaluate(() => {
    window.lost = [];
    window.failed = [];
    window.answered = [];
    document.addEventListener('issr:lost', ({ detail }) => {
      window.lost.push(...detail.actions.map(({ value }) => value));
    });
    document.addEventListener('issr:error', ({ detail }) => {
      window.failed.push(JSON.stringify(detail));
    });
  });
}

/** Types a letter and gives a command, while at most one earlier command waits for its answer. */
export async function act(page: Page, value: string): Promise<void> {
  await page.keyboard.press('x');
  await page.evaluate(async (value) => {
    await window.answered.at(-2);
    window.answered.push(window.rr({ action: 'add', value }));
  }, value);
}

/** Waits for the last answer. */
export function end(page: Page): Promise<CommandPageState> {
  return page.evaluate(async () => {
    await Promise.all(window.answered);
    const field = document.activeElement as HTMLInputElement;
    return { draft: field.value, focused: field.name, lost: window.lost, errors: window.failed };
  });
}
