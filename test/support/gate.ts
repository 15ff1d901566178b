import type { TestContext } from 'node:test';

/** A promise that the test resolves by `open`, or that resolves at its end. */
export function createGate(t: TestContext) {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  t.after(open);
  return { opened, open };
}
