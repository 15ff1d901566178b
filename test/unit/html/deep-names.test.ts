import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HtmlStore } from '../../../src/html/store/html-store.js';

const DEPTH = 15_000;
/** Milliseconds of CPU time. A cost that grows with the square of the depth takes seconds. */
const MAX_MS = 500;
const ATTEMPTS = 4;

/** Nested elements whose ids or field names differ between two versions of a page of at least 600 KB. */
const pages: Record<string, (depth: number, version: number) => string> = {
  'the text inside': (i) => `<div id="n${i}"><input name="field-${i}">`,
  'every id': (i, version) => `<div id="n${version}-${i}"><input name="field${i}">`,
  'the order of ids': (i, version) => `<div id="n${version ? DEPTH - i : i}"><input name="field-${i}">`,
  'every field name': (i, version) => `<section id="n${i}"><input name="f${version}-${i}">`,
};

for (const [what, open] of Object.entries(pages)) {
  test(`deep names cost linear time if ${what} changed`, (t) => {
    const [before = '', after = ''] = [0, 1].map((version) => {
      const nested = Array.from({ length: DEPTH }, (_, i) => open(i, version)).join('');
      return `<html><head></head><body>${nested}${version}</body></html>`;
    });
    assert.ok(before.length > 600_000, `${before.length}`);
    let ms = Number.POSITIVE_INFINITY;
    for (let attempt = 0; attempt < ATTEMPTS && ms > MAX_MS; attempt++) {
      const store = new HtmlStore(1 << 28);
      const first = store.transition(undefined, before);
      const start = process.cpuUsage();
      store.transition(first.after, after);
      const { user, system } = process.cpuUsage(start);
      ms = (user + system) / 1000;
    }
    t.diagnostic(`${before.length} characters: ${Math.round(ms)} ms`);
    assert.ok(ms <= MAX_MS, `${ms} ms`);
  });
}
