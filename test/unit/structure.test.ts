import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { test } from 'node:test';

const ROOT = resolve(import.meta.dirname, '../..');
/** `import … from 'x'`, `export … from 'x'`, `import 'x'` at a line's start; `import('x')` anywhere. Types count too. */
const IMPORT = /^(?:import|export)\b[^;'"]*\bfrom\s*'([^']+)'|^import\s*'([^']+)'|\bimport\(\s*'([^']+)'/gm;

const files = [...sources('src'), ...sources('client')];
const imports = new Map(files.map((file) => [file, importsOf(file)]));

test('src never imports client', () => {
  assert.deepEqual(
    edges().filter(([from, to]) => from.startsWith('src/') && to.startsWith('client/')),
    [],
  );
});

test('client imports src/protocol.ts and nothing else of src', () => {
  assert.deepEqual(
    edges().filter(
      ([from, to]) => from.startsWith('client/') && to.startsWith('src/') && to !== 'src/protocol.ts',
    ),
    [],
  );
});

test('no file imports itself by way of others', () => {
  const done = new Set<string>();
  for (const file of imports.keys()) assert.equal(findCycle(file, [], done)?.join(' → '), undefined);
});

test('every relative import names a file that exists', () => {
  assert.deepEqual(
    edges().filter(([, to]) => !imports.has(to)),
    [],
  );
});

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(folder, name));
}

/** The relative imports of a file, as paths from the root. */
function importsOf(file: string): string[] {
  const found = [...readFileSync(join(ROOT, file), 'utf8').matchAll(IMPORT)].map(
    (m) => m[1] ?? m[2] ?? m[3] ?? '',
  );
  return found
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => sourceOf(relative(ROOT, resolve(ROOT, dirname(file), specifier))));
}

/** TypeScript's rule: the specifier `./x.js` names x.ts or x.tsx. */
function sourceOf(path: string): string {
  const stem = path.replace(/\.js$/, '');
  return files.find((file) => file === `${stem}.ts` || file === `${stem}.tsx`) ?? path;
}

function edges(): [from: string, to: string][] {
  return [...imports].flatMap(([from, targets]) => targets.map((to): [string, string] => [from, to]));
}

function findCycle(file: string, trail: string[], done: Set<string>): string[] | undefined {
  if (trail.includes(file)) return [...trail.slice(trail.indexOf(file)), file];
  if (done.has(file)) return undefined;
  for (const next of imports.get(file) ?? []) {
    const cycle = findCycle(next, [...trail, file], done);
    if (cycle) return cycle;
  }
  done.add(file);
  return undefined;
}
