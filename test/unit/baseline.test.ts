import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { type Baseline, type Feature, missingFrom } from '../support/baseline/support.js';
import { usedFeatures } from '../support/baseline/used-features.js';
import { CORE } from '../support/browsers/core.js';

const ROOT = resolve(import.meta.dirname, '../..');

/** Features that the baseline lacks, each with its fallback. They are rows of docs/browser.md. */
const FALLBACKS: Record<Feature, string> = {
  'api.Document.startViewTransition': 'transition.ts asks for it: the page is shown at once',
  'api.Element.checkVisibility': 'optional in triggers/index.ts: getClientRects() instead',
  'api.Element.moveBefore':
    'place() in dom.ts asks for it and inserts instead; keep-state.ts restores what a move takes',
  'api.HTMLDetailsElement.name': 'undefined: a group of <details> is unknown to the browser too',
  'api.HTMLElement.popover': 'undefined: the element does not open',
  'api.HTMLElement.showPopover': 'keep-state.ts asks for it before it looks for open popovers',
  'api.HTMLElement.togglePopover': 'verbs.ts calls it only for an element that has a popover state',
  'api.Window.navigation': 'load.ts asks for it: without it, the page goes on after 2 s',
  'api.Window.requestIdleCallback': 'page.ts asks for it and sets a timer instead',
  'css.selectors.popover-open': 'matched only if the element has showPopover or a popover state',
};

const text = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** The versions for which the client is built, for desktops and phones. */
function readBaseline(): Baseline {
  const [, targets = ''] = /target: \[(.*)\]/.exec(text('client/build.mjs')) ?? [];
  const versionOf = (name: string): number => Number(new RegExp(`'${name}([\\d.]+)'`).exec(targets)?.[1]);
  const [chrome, firefox, safari] = ['chrome', 'firefox', 'safari'].map(versionOf) as [
    number,
    number,
    number,
  ];
  return {
    chrome,
    chrome_android: chrome,
    edge: chrome,
    firefox,
    firefox_android: firefox,
    safari,
    safari_ios: safari,
  };
}

test('the client uses nothing newer than its baseline without a fallback', () => {
  const baseline = readBaseline();
  const used = usedFeatures();
  const newer = [...used].flatMap(([feature, files]) => {
    const missing = missingFrom(baseline, feature);
    return missing.length > 0 ? [{ feature, text: `${feature} (${missing}) in ${[...files]}` }] : [];
  });
  assert.ok(used.size > 400, `${used.size} features`);
  assert.deepEqual(
    newer.filter(({ feature }) => !Object.hasOwn(FALLBACKS, feature)).map(({ text }) => text),
    [],
    'name the fallback of these in FALLBACKS, or do without them',
  );
  const needed = newer.map(({ feature }) => feature);
  assert.deepEqual(
    Object.keys(FALLBACKS).filter((feature) => !needed.includes(feature)),
    [],
    'these need no fallback',
  );
});

test('documents state the baseline for which the client is built', () => {
  const { chrome, firefox, safari } = readBaseline();
  const baseline = new RegExp(`Chrome and Edge ${chrome}, Firefox ${firefox}(,| and) Safari ${safari}`);
  for (const file of ['README.md', 'docs/browser.md']) assert.match(text(file), baseline, file);
});

test('each browser test of the core set exists', () => {
  assert.deepEqual(
    CORE.filter((file) => !existsSync(join(ROOT, file))),
    [],
  );
});
