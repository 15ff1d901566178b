/** Browser tests that `npm test` runs in every browser, not in Chromium only. */
export const CORE = ['test/browser/examples/controls.test.ts'];
