/**
 * Browser tests that `npm test` runs in every browser, not in Chromium only: what engines do differently, which is
 * parsing, fields and carets, moves, navigations, connections, files and policies.
 */
export const CORE = [
  'test/browser/examples/controls.test.ts',
  'test/browser/examples/join.test.ts',
  'test/browser/examples/policy.test.ts',
  'test/browser/examples/search.test.ts',
  'test/browser/examples/todo.test.ts',
  'test/browser/fields.test.tsx',
  'test/browser/http-link.test.tsx',
  'test/browser/leaving.test.tsx',
  'test/browser/patch/fields.test.ts',
  'test/browser/patch/fuzz.test.ts',
  'test/browser/patch/latency.test.ts',
  'test/browser/patch/visitor-state.test.ts',
  'test/browser/reconnect.test.tsx',
  'test/browser/trusted-types.test.tsx',
  'test/browser/uploads.test.tsx',
  'test/browser/visits.test.tsx',
];
