import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type IssrOptions, resolveOptions } from '../../src/options/options.js';
import { resolveSocketOptions } from '../../src/sockets/options.js';
import { resolveStreamOptions } from '../../src/streams/options.js';
import { resolveRules } from '../../src/uploads/rule.js';
import { codeSpans, ROOT, tableRows } from '../support/documents.js';

const UNITS: Record<string, number> = {
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  days: 24 * 60 * 60 * 1000,
};
const SHARES: Record<string, number> = {
  'half of': 0.5,
  'an eighth of': 0.125,
  'a tenth of': 0.1,
  'a quarter of': 0.25,
  'three quarters of': 0.75,
};
/** Defaults that a table describes in words. */
const IN_WORDS: Record<string, string> = {
  secret: 'random',
  showErrors: '`true`, `false` with `NODE_ENV=production`',
  debug: "`'shortcut'`, `false` without `showErrors`",
  uploadFolder: "`fastify-issr-<user id>` in the system's temporary folder",
  adapter: 'none',
  onConnect: 'none',
  onVisit: 'none',
  onDisconnect: 'none',
  types: 'all',
  store: 'the disk',
  message: 'English',
};
const PLUGIN_HEADINGS = [
  'Pages',
  'Times',
  'Limits',
  'Uploads',
  'Published events',
  'Several processes',
  'Logs',
];
/** No value of these is a default, so that an inherited option differs from one with the same default. */
const otherPlugin: IssrOptions = {
  allowedOrigins: ['https://other.example'],
  maxMessageBytes: 1_234_567,
  maxUnsentBytes: 2_345_678,
  pingInterval: 34_567,
};
const plugin = resolveOptions(otherPlugin);

test('options.md has exactly the options of the plugin', () =>
  assertTable(PLUGIN_HEADINGS.flatMap(optionRows), resolveOptions({})));

test('options.md has exactly the options of a socket', () =>
  assertTable(optionRows('Sockets'), resolveSocketOptions({}, plugin)));

test('options.md has exactly the options of a stream', () =>
  assertTable(optionRows('Streams'), resolveStreamOptions({}, plugin)));

test('uploads.md has exactly the rules of a field', () => {
  const rules = resolveRules({ photo: {} }, (problem) => assert.fail(problem));
  assertTable(tableRows('docs/uploads.md', 'Rules of a field'), rules.get('photo') ?? {});
});

test('@default of an option is its default', () => {
  assertJsDoc('src/options/options.ts', resolveOptions({}));
  assertJsDoc('src/sockets/options.ts', resolveSocketOptions({}, plugin));
  assertJsDoc('src/streams/options.ts', resolveStreamOptions({}, plugin));
  assertJsDoc('src/uploads/rule.ts', resolveRules({ photo: {} }, assert.fail).get('photo') ?? {});
});

function optionRows(heading: string): string[][] {
  return tableRows('docs/options.md', heading);
}

/** Checks each `@default` that is a value, not a description. `604_800_000 (7 days)` counts as 604_800_000. */
function assertJsDoc(file: string, options: object): void {
  const source = readFileSync(join(ROOT, file), 'utf8');
  const comments = source.matchAll(/@default (.+?)\s*(?:\*\/|\n\s*\*\/)\s*(\w+)\?/g);
  const defaults = Array.from(comments, ([, text = '', name = '']) => ({
    name,
    text: text.split(' (')[0] ?? '',
  }));
  assert.ok(defaults.length >= 3, `${file}: found only ${defaults.length}`);
  for (const { name, text } of defaults) {
    const value = options[name as keyof typeof options] as unknown;
    if (/^[\d_]+$|^'[^']*'$|^true$/.test(text)) assert.equal(parseDefault(`\`${text}\``, {}), value, name);
  }
}

/** Each row names one option. Its second cell is the option's default. */
function assertTable(rows: string[][], options: object): void {
  const names = rows.map(([name = '']) => codeSpans(name).join());
  assert.deepEqual([...names].sort(), Object.keys(options).sort());
  for (const [name = '', cell = ''] of rows) assertDefault(codeSpans(name).join(), cell, options);
}

function assertDefault(name: string, cell: string, options: object): void {
  const inWords = IN_WORDS[name];
  if (inWords !== undefined) return assert.equal(cell, inWords, `the default of ${name}`);
  const value = options[name as keyof typeof options] as unknown;
  if (cell === "the plugin's")
    return assert.equal(value, plugin[name as keyof typeof plugin], `${name} is the plugin's`);
  assert.deepEqual(parseDefault(cell, options), value, `the default of ${name} is "${cell}"`);
}

/** `'1 MiB'` → 1048576, `'`10_000`'` → 10000, `` `''` `` → '', `` `maxBytes` × `maxFiles` `` → their product, `` half of `maxUploads` `` → 50. */
function parseDefault(cell: string, options: object): unknown {
  const [, amount, unit = ''] = /^(\d+) (\w+)$/.exec(cell) ?? [];
  if (amount !== undefined) return Number(amount) * (UNITS[unit] ?? Number.NaN);
  if (cell.includes(' × '))
    return cell.split(' × ').reduce((product, factor) => product * Number(parseDefault(factor, options)), 1);
  const [, share, whole = ''] = /^(.* of) (`\w+`)$/.exec(cell) ?? [];
  if (share !== undefined) return (SHARES[share] ?? Number.NaN) * Number(parseDefault(whole, options));
  const [code = ''] = codeSpans(cell);
  if (/^'.*'$/.test(code)) return code.slice(1, -1);
  if (/^[\d_]+$/.test(code)) return Number(code.replaceAll('_', ''));
  if (code === 'true' || code === 'false') return code === 'true';
  return options[code as keyof typeof options];
}
