import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { codeSpans, ROOT, sectionOf, tableRows } from '../support/documents.js';

const TABLES = [
  [
    'docs/routes.md',
    '`fastify.issrRoute(path, options?, handler)`',
    'src/route/page-route.ts',
    'IssrRouteOptions',
  ],
  ['docs/routes.md', '`request.issr`', 'src/dispatch/request-state.ts', 'IssrRequest'],
  ['docs/pushes.md', '`fastify.issr`', 'src/plugin/issr.ts', 'Issr'],
  ['docs/pushes.md', '`IssrPage`', 'src/types/issr-page.ts', 'IssrPage'],
  ['docs/observability.md', 'Figures for Prometheus', 'src/plugin/issr.ts', 'IssrStats'],
  ['docs/testing.md', 'Options of openPage', 'src/testing/open-page.ts', 'OpenPageOptions'],
] as const;

for (const [file, heading, source, type] of TABLES)
  test(`${file} has exactly the members of ${type}`, () => {
    const members = [...membersOf(source, type).keys()].filter((name) => name !== 'handler');
    assert.deepEqual(namesOf(file, heading).sort(), members.sort());
  });

test('testing.md has exactly the members of a page', () => {
  const waits = sectionOf('docs/testing.md', 'Wait').matchAll(/\bpage\.(settled|waitFor)\b/g);
  const documented = new Set([
    ...['What a visitor does', 'Look'].flatMap((heading) => namesOf('docs/testing.md', heading)),
    ...Array.from(waits, ([, name = '']) => name),
  ]);
  assert.deepEqual(
    [...documented].sort(),
    [...membersOf('src/testing/test-page.ts', 'TestPage').keys()].sort(),
  );
});

test('testing.md has the defaults of openPage', () => {
  const members = membersOf('src/testing/open-page.ts', 'OpenPageOptions');
  for (const [option = '', stated = ''] of tableRows('docs/testing.md', 'Options of openPage')) {
    const [, value] = members.get(nameIn(option))?.match(/@default (.*?)(?: \*\/)?$/m) ?? [];
    assert.equal(codeSpans(stated)[0], value ?? '{}', option);
  }
});

test('browser.md has exactly the attributes of JSX', () => {
  const documented = new Set(
    tableRows('docs/browser.md', 'Attributes').map(
      ([first = '']) => codeSpans(first)[0]?.match(/^[\w-]+/)?.[0],
    ),
  );
  const source = readFileSync(join(ROOT, 'src/plugin/jsx-types.ts'), 'utf8');
  const [, attributes = ''] = source.match(/interface HTMLAttributes<.*?\{\n([\s\S]*?)^ {2}\}/m) ?? [];
  const declared = Array.from(attributes.matchAll(/^ {4}'?([\w-]+)'?\?:/gm), ([, name]) => name);
  const ofHtml = ['autofocus', 'id', 'modal', 'data-rr-action'];
  assert.deepEqual(
    [...documented].sort(),
    [...declared.filter((name) => name !== 'name' && name !== 'value'), ...ofHtml].sort(),
  );
});

/** Public members of a type, each with its comment. */
function membersOf(file: string, type: string): Map<string, string> {
  const source = readFileSync(join(ROOT, file), 'utf8');
  const [, body] =
    source.match(new RegExp(`^export (?:interface|class) ${type}\\b.*?\\{\n([\\s\\S]*?)^\\}`, 'm')) ?? [];
  assert.ok(body, `${file} has no ${type}`);
  const member =
    /(^ {2}\/\*\*[\s\S]*?\*\/\n)?^ {2}(?:readonly |get |async )*(?!constructor)([a-z]\w*)[?(<:]/gm;
  return new Map(Array.from(body.matchAll(member), ([, comment = '', name = '']) => [name, comment]));
}

/** Names in the first column, without the arguments of methods. */
const namesOf = (file: string, heading: string): string[] =>
  tableRows(file, heading).flatMap(([first = '']) =>
    codeSpans(first).map((span) => span.replace(/\(.*/, '')),
  );

const nameIn = (cell: string): string => codeSpans(cell)[0] ?? '';
