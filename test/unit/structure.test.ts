import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { test } from 'node:test';

const ROOT = resolve(import.meta.dirname, '../..');
/** `import … from 'x'`, `export … from 'x'`, `import 'x'` at a line's start; `import('x')` anywhere. Types count too. */
const IMPORT = /^(?:import|export)\b[^;'"]*\bfrom\s*'([^']+)'|^import\s*'([^']+)'|\bimport\(\s*'([^']+)'/gm;

/** Files that every file of `src/` or of `client/` may import. */
const SHARED = ['src/protocol.ts', 'src/errors.ts', 'client/api.ts'];

/**
 * The architecture: each folder, and the folders and top-level files that it may import. A folder's files
 * may import each other. `src/plugin` and the entry files are the composition roots and import everything.
 */
const MAY_IMPORT: Record<string, string[]> = {
  'src/html/parse': [],
  'src/html/change': ['src/html/parse'],
  'src/html/match': ['src/html/change', 'src/html/parse'],
  'src/html/in-step': ['src/html/change', 'src/html/match', 'src/html/parse'],
  'src/html/diff': ['src/html/change', 'src/html/in-step', 'src/html/match', 'src/html/parse'],
  'src/html/pieces': ['src/html/change', 'src/html/diff', 'src/html/match', 'src/html/parse'],
  'src/html/store': ['src/html/change', 'src/html/diff', 'src/html/parse', 'src/html/pieces'],
  'src/types': [],
  'src/diagnostics': ['src/types'],
  'src/signed': ['src/http'],
  'src/downloads': ['src/http', 'src/limits'],
  'src/cluster': ['src/limits'],
  'src/redis': ['src/cluster', 'src/limits'],
  'src/options': ['src/cluster', 'src/types'],
  'src/limits': ['src/diagnostics'],
  'src/late': ['src/limits', 'src/options'],
  'src/running': ['src/limits'],
  'src/http': ['src/html/pieces', 'src/limits', 'src/options'],
  'src/params': ['src/options'],
  'src/page/output': ['src/html/store', 'src/http', 'src/limits', 'src/signed'],
  'src/page': [
    'src/cluster',
    'src/diagnostics',
    'src/downloads',
    'src/html/store',
    'src/http',
    'src/late',
    'src/limits',
    'src/options',
    'src/page/output',
    'src/params',
    'src/running',
    'src/signed',
    'src/types',
  ],
  'src/uploads': ['src/limits', 'src/options', 'src/types'],
  'src/uploads/cluster': [
    'src/cluster',
    'src/dispatch',
    'src/http',
    'src/limits',
    'src/page',
    'src/signed',
    'src/types',
    'src/uploads',
  ],
  'src/handover': [
    'src/cluster',
    'src/http',
    'src/limits',
    'src/options',
    'src/page',
    'src/signed',
    'src/uploads',
    'src/uploads/cluster',
  ],
  'src/dispatch': [
    'src/diagnostics',
    'src/downloads',
    'src/html/pieces',
    'src/http',
    'src/late',
    'src/limits',
    'src/page',
    'src/params',
    'src/running',
    'src/signed',
    'src/types',
    'src/uploads',
  ],
  'src/render/vnodes': ['src/html/pieces'],
  'src/render': ['src/html/pieces', 'src/http', 'src/late', 'src/options', 'src/params', 'src/render/vnodes'],
  'src/mistakes': ['src/html/parse', 'src/render/vnodes'],
  'src/sockets': ['src/cluster', 'src/http', 'src/limits', 'src/options', 'src/types'],
  'src/streams': ['src/cluster', 'src/http', 'src/limits', 'src/options', 'src/types'],
  'src/runtime.ts': [
    'src/cluster',
    'src/dispatch',
    'src/downloads',
    'src/handover',
    'src/html/store',
    'src/http',
    'src/late',
    'src/limits',
    'src/mistakes',
    'src/options',
    'src/page',
    'src/render',
    'src/signed',
    'src/sockets',
    'src/streams',
    'src/uploads',
    'src/uploads/cluster',
  ],
  'src/prefetch': ['src/dispatch', 'src/http', 'src/page', 'src/params', 'src/runtime.ts', 'src/signed'],
  'src/rerender.ts': [
    'src/diagnostics',
    'src/dispatch',
    'src/downloads',
    'src/html/store',
    'src/http',
    'src/mistakes',
    'src/page',
    'src/params',
    'src/runtime.ts',
  ],
  'src/connection/transports': ['src/http', 'src/limits'],
  'src/connection': [
    'src/connection/transports',
    'src/diagnostics',
    'src/downloads',
    'src/handover',
    'src/http',
    'src/limits',
    'src/mistakes',
    'src/options',
    'src/page',
    'src/page/output',
    'src/params',
    'src/runtime.ts',
    'src/signed',
    'src/uploads',
  ],
  'src/uploads/http': [
    'src/dispatch',
    'src/http',
    'src/limits',
    'src/options',
    'src/page',
    'src/params',
    'src/runtime.ts',
    'src/uploads',
    'src/uploads/cluster',
  ],
  'src/route': [
    'src/diagnostics',
    'src/dispatch',
    'src/html/pieces',
    'src/http',
    'src/late',
    'src/limits',
    'src/mistakes',
    'src/page',
    'src/params',
    'src/render',
    'src/running',
    'src/runtime.ts',
    'src/signed',
    'src/types',
    'src/uploads',
    'src/uploads/http',
  ],
  'src/fields': ['src/dispatch', 'src/route', 'src/types'],
  'src/testing': ['src/page'],
  'client/dom.ts': [],
  'client/history.ts': ['client/dom.ts'],
  'client/late.ts': ['client/history.ts', 'client/trusted.ts'],
  'client/params.ts': ['client/dom.ts'],
  'client/side-effects.ts': ['client/dom.ts'],
  'client/site.ts': ['client/dom.ts'],
  'client/storage.ts': [],
  'client/trusted.ts': ['client/dom.ts'],
  'client/core.ts': ['client/trusted.ts'],
  'client/patch/shadow': ['client/core.ts', 'client/dom.ts', 'client/trusted.ts'],
  'client/patch/live': [
    'client/core.ts',
    'client/dom.ts',
    'client/params.ts',
    'client/patch/shadow',
    'client/side-effects.ts',
  ],
  'client/patch': [
    'client/core.ts',
    'client/dom.ts',
    'client/late.ts',
    'client/patch/live',
    'client/patch/shadow',
    'client/side-effects.ts',
    'client/trusted.ts',
  ],
  'client/connection/transports': ['client/storage.ts', 'client/ui'],
  'client/connection': ['client/connection/transports', 'client/storage.ts'],
  'client/ui': ['client/dom.ts'],
  'client/do.ts': [
    'client/dom.ts',
    'client/local',
    'client/part.ts',
    'client/rr',
    'client/side-effects.ts',
    'client/ui',
  ],
  'client/part.ts': ['client/ui'],
  'client/rr': [
    'client/dom.ts',
    'client/history.ts',
    'client/params.ts',
    'client/part.ts',
    'client/side-effects.ts',
    'client/site.ts',
    'client/ui',
  ],
  'client/events': [
    'client/dom.ts',
    'client/history.ts',
    'client/local',
    'client/params.ts',
    'client/patch',
    'client/rr',
    'client/site.ts',
    'client/ui',
    'client/uploads',
  ],
  'client/development': ['client/dom.ts', 'client/events', 'client/panel', 'client/site.ts'],
  'client/panel': ['client/development', 'client/dom.ts'],
  'client/control': [
    'client/development',
    'client/dom.ts',
    'client/events',
    'client/history.ts',
    'client/navigation',
    'client/params.ts',
    'client/ui',
  ],
  'client/local': ['client/dom.ts', 'client/late.ts', 'client/patch/shadow', 'client/ui'],
  'client/navigation': [
    'client/dom.ts',
    'client/events',
    'client/params.ts',
    'client/patch',
    'client/rr',
    'client/site.ts',
  ],
  'client/triggers': ['client/dom.ts', 'client/rr'],
  'client/visits': [
    'client/dom.ts',
    'client/history.ts',
    'client/late.ts',
    'client/patch/shadow',
    'client/ui',
  ],
  'client/uploads': ['client/dom.ts', 'client/site.ts', 'client/ui'],
};

/** Files and folders that import freely. No other folder imports them. */
const COMPOSITION_ROOTS = ['src/plugin', 'src/index.ts', 'client/page.ts', 'client/index.ts'];

const MAX_FILES_PER_FOLDER = 14;
const MAX_FILES_AT_ROOT = 5;

const files = [...sources('src'), ...sources('client')];
const imports = new Map(files.map((file) => [file, importsOf(file)]));

test('each folder imports exactly the folders that the table allows', () => {
  const used = new Set<string>();
  for (const [file, to] of edges()) {
    const [from, target] = [unitOf(file), unitOf(to)];
    if (from === target || COMPOSITION_ROOTS.includes(from) || SHARED.includes(from)) continue;
    if (!SHARED.includes(target)) used.add(`${from} → ${target}`);
  }
  const allowed = Object.entries(MAY_IMPORT).flatMap(([from, targets]) =>
    targets.map((to) => `${from} → ${to}`),
  );
  assert.deepEqual([...used].sort(), allowed.sort());
});

test('the table names every folder', () => {
  const units = new Set(files.map(unitOf).filter((unit) => !SHARED.includes(unit)));
  const named = new Set([...Object.keys(MAY_IMPORT), ...COMPOSITION_ROOTS]);
  assert.deepEqual([...units].sort(), [...named].sort());
});

test('no folder imports the plugin or an index file', () => {
  const toRoots = edges().filter(
    ([from, to]) => /^src\/(plugin\/|index\.ts)/.test(to) && !COMPOSITION_ROOTS.includes(unitOf(from)),
  );
  assert.deepEqual(toRoots, []);
});

test('client imports src/protocol.ts and no other file of src', () => {
  assert.deepEqual(
    edges().filter(
      ([from, to]) => from.startsWith('client/') && to.startsWith('src/') && to !== 'src/protocol.ts',
    ),
    [],
  );
});

test('client reads the members of document from prototypes', () => {
  const read = /\bdocument\.[a-z]|(?<![.\w])(add|remove)EventListener\(|(?<![.\w])dispatchEvent\(/;
  const isCode = (line: string) => !/^\s*(\/\/|\/?\*)/.test(line);
  const readers = files.filter((file) => {
    const lines = readFileSync(join(ROOT, file), 'utf8').split('\n');
    return file.startsWith('client/') && lines.some((line) => isCode(line) && read.test(line));
  });
  assert.deepEqual(readers, [], 'content hides them by <img name="createElement">: use client/dom.ts');
});

test('html imports src/protocol.ts and no other file outside html', () => {
  assert.deepEqual(
    edges().filter(
      ([from, to]) => from.startsWith('src/html/') && !to.startsWith('src/html/') && to !== 'src/protocol.ts',
    ),
    [],
  );
});

test('services of the runtime never import the runtime', () => {
  const services = (MAY_IMPORT['src/runtime.ts'] ?? []).map((folder) => `${folder}/`);
  assert.deepEqual(
    edges().filter(
      ([from, to]) => to === 'src/runtime.ts' && services.some((service) => dirOf(from) === service),
    ),
    [],
  );
});

test('no file imports itself through others', () => {
  const done = new Set<string>();
  for (const file of imports.keys()) assert.equal(findCycle(file, [], done)?.join(' → '), undefined);
});

test('every relative import names an existing file', () => {
  assert.deepEqual(
    edges().filter(([, to]) => !imports.has(to)),
    [],
  );
});

test('folders stay small enough to survey', () => {
  const counts = new Map<string, number>();
  for (const file of files) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
  const tooLarge = [...counts].filter(
    ([folder, count]) => count > (folder === 'src' ? MAX_FILES_AT_ROOT : MAX_FILES_PER_FOLDER),
  );
  assert.deepEqual(tooLarge, []);
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

/** The row of the table that a file belongs to: its folder, or the file itself at the top level. */
function unitOf(file: string): string {
  const folder = dirname(file);
  return folder === 'src' || folder === 'client' ? file : folder;
}

function dirOf(file: string): string {
  return `${dirname(file)}/`;
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
