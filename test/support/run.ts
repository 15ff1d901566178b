/**
 * The test command. Without arguments it runs every check and every test; with some, only those that
 * they name: a check (`lint`), a folder of `test/` (`unit`) or a test file. The last line counts.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { delimiter, join, relative, resolve } from 'node:path';
import { finished } from 'node:stream/promises';
import { run } from 'node:test';
import { spec, type TestEvent } from 'node:test/reporters';
import { CORE } from './browsers/core.js';
import { BROWSERS, type BrowserName, drivers } from './browsers/driver.js';
import { setupProgram } from './setup-debian.js';

interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

interface FileRun {
  passed: number;
  /** Names of the tests that failed. */
  failed: string[];
  skipped: number;
}

const ROOT = resolve(import.meta.dirname, '../..');
/** Far above what any file takes: it ends a test that hangs. `npm run fuzz` needs more. */
const FILE_TIMEOUT_MS = Number(process.env.ISSR_FILE_TIMEOUT_MINUTES ?? 10) * 60_000;

/** Files whose tests run in a browser. */
const BROWSER_FILE = /^test\/browser\b/;
const EVERY_BROWSER = '--every-browser';
/** More failed files than these are no accident of a busy machine. */
const MAX_REPEATED = 5;

/** The counts at the end of a file's own run. */
const SUMMARY = /^(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) /;

/** Checks that are not node:test files. Each counts as one test. The client comes first: the server imports it. */
const CHECKS: Record<string, string> = {
  client: 'npm run --silent build:client -- --check-size',
  build: 'npm run --silent build:server',
  lint: 'biome check --error-on-warnings',
  types: 'tsc --noEmit -p .',
  publint: 'publint --strict',
  attw: 'attw --pack . --profile esm-only --format table-flipped --no-summary',
};

/** Checks of the packed package. */
const PACKED = ['publint', 'attw'];

const count: Count = { passed: 0, failed: 0, skipped: 0 };
const byBrowser: (FileRun & { file: string; browser: BrowserName })[] = [];
const isEvery = process.argv.includes(EVERY_BROWSER);
const given = process.argv.slice(2).filter((name) => name !== EVERY_BROWSER);
const names = isEvery && given.length === 0 ? ['browser'] : given;
const isWhole = names.length === 0;
const { checks, files } = select(names);
for (const name of checks) runCheck(name, CHECKS[name] ?? '');
const inBrowsers = filesByBrowser();
for (const [name, { length }] of inBrowsers) if (length > 0) setup(name, () => setUpBrowser(name));
if (files.some((file) => /\bcluster\b/.test(file))) {
  setup('redis-server', () => setupProgram('redis-server', 'redis-server'));
  setup('nginx', () => setupProgram('nginx', 'nginx-light'));
}
await runTests(files.filter((file) => !BROWSER_FILE.test(file)));
for (const [name, list] of inBrowsers) {
  if (list.length > 0) console.log(`\n▶ ${list.length} files in ${name}`);
  process.env.ISSR_BROWSER = name;
  await runTests(list, name);
}
if (inBrowsers.size > 1) showBrowsers();
const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : '';
console.log(`\n${count.passed} passed, ${count.failed} failed${skipped}`);
process.exitCode = count.failed > 0 ? 1 : 0;

function select(names: string[]): { checks: string[]; files: string[] } {
  if (names.length === 0) return { checks: Object.keys(CHECKS), files: testFiles('test') };
  const checks = names.filter((name) => name in CHECKS);
  const files = names.filter((name) => !(name in CHECKS)).flatMap(filesNamed);
  return { checks: [...new Set([...neededBy([...checks, ...files]), ...checks])], files };
}

/** The server imports the built client. The packed package holds all of the build. */
function neededBy(names: string[]): string[] {
  if (names.some((name) => PACKED.includes(name) || name.startsWith(join('test', 'package')))) {
    return ['client', 'build'];
  }
  return names.some((name) => !(name in CHECKS)) ? ['client'] : [];
}

function filesNamed(name: string): string[] {
  const path = [join('test', name), relative(ROOT, resolve(name))].find((path) =>
    existsSync(join(ROOT, path)),
  );
  if (!path)
    throw new Error(
      `Unknown test "${name}": name a check (${Object.keys(CHECKS).join(', ')}), a folder of test/ or a file`,
    );
  return statSync(join(ROOT, path)).isDirectory() ? testFiles(path) : [path];
}

/** Node 20 expands no globs. */
function testFiles(folder: string): string[] {
  const names = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => /\.test\.tsx?$/.test(name))
    .map((name) => join(folder, name))
    .sort();
}

function runCheck(name: string, command: string): void {
  console.log(`\n▶ ${name}: ${command}`);
  const PATH = join(ROOT, 'node_modules/.bin') + delimiter + process.env.PATH;
  const options = { cwd: ROOT, shell: true, stdio: 'inherit', env: { ...process.env, PATH } } as const;
  const passed = spawnSync(command, options).status === 0;
  count[passed ? 'passed' : 'failed']++;
  console.log(`${passed ? '✔' : '✖'} ${name}`);
}

/** Sets up a program once for all test files: two of them must not install it at the same time. */
function setup(name: string, find: () => string): void {
  try {
    const path = find();
    count.passed++;
    console.log(`\n✔ ${name}: ${path}`);
  } catch (error) {
    count.failed++;
    console.log(`\n✖ ${name}: ${(error as Error).message}`);
  }
}

/** Test processes find the program that was set up. */
function setUpBrowser(name: BrowserName): string {
  const path = drivers[name].setup();
  process.env[`${name.toUpperCase()}_PATH`] = path;
  return path;
}

/**
 * Files by the browsers that they run in. `BROWSERS` names the browsers. Without it, everything runs in Chromium,
 * and beside that the core set in the others, or everything with `--every-browser`.
 */
function filesByBrowser(): Map<BrowserName, string[]> {
  const named = process.env.BROWSERS?.split(',') as BrowserName[] | undefined;
  const unknown = named?.find((name) => !BROWSERS.includes(name));
  if (unknown) throw new Error(`Unknown browser "${unknown}" in BROWSERS: use ${BROWSERS.join(', ')}`);
  const all = files.filter((file) => BROWSER_FILE.test(file));
  const core = isWhole ? all.filter((file) => CORE.includes(file)) : [];
  const others = isEvery || (named && !isWhole) ? all : core;
  const list = BROWSERS.filter(
    (name) => named?.includes(name) ?? (isWhole || isEvery || name === 'chromium'),
  );
  return new Map(list.map((name) => [name, name === 'chromium' ? all : others]));
}

/** Prints the counts of each browser file in each browser: passed, and failed and skipped if any. */
function showBrowsers(): void {
  const names = [...new Set(byBrowser.map(({ file }) => file))].sort();
  console.log(`\n${['file'.padEnd(50), ...inBrowsers.keys()].join('\t')}`);
  for (const name of names) {
    const cells = [...inBrowsers.keys()].map((browser) => {
      const run = byBrowser.find(({ file, browser: at }) => file === name && at === browser);
      if (!run) return '–';
      const failed = run.failed.length > 0 ? `, ${run.failed.length} failed` : '';
      return `${run.passed}${failed}${run.skipped > 0 ? `, ${run.skipped} not run` : ''}`;
    });
    console.log([name.padEnd(50), ...cells].join('\t'));
  }
}

/**
 * Runs the files two at a time. A test of browsers, processes or time may fail on a machine that is busy with others:
 * the files of failed tests run again, each on its own, and the second run counts. Tests that passed only then are named.
 */
async function runTests(files: string[], browser?: BrowserName): Promise<void> {
  const first = await runFiles(files, Math.min(2, availableParallelism()));
  const failed = [...first].filter(([, run]) => run.failed.length > 0).map(([file]) => file);
  const second = await runFiles(failed.length <= MAX_REPEATED ? failed : [], 1);
  for (const [file, run] of first) {
    const counted = second.get(file) ?? run;
    count.passed += counted.passed;
    count.failed += counted.failed.length;
    count.skipped += counted.skipped;
    if (browser) byBrowser.push({ file, browser, ...counted });
    for (const name of run.failed)
      if (!counted.failed.includes(name)) console.log(`\n⚠ passed at the second try only: ${name} (${file})`);
  }
}

/** Returns what each file's tests did. */
async function runFiles(files: string[], concurrency: number): Promise<Map<string, FileRun>> {
  const runs = new Map<string, FileRun>();
  if (files.length === 0) return runs;
  const reporter = new spec();
  reporter.pipe(process.stdout, { end: false });
  const waiting = files.values();
  const runNext = async () => {
    for (const file of waiting) runs.set(file, await runFile(file, reporter));
  };
  await Promise.all(Array.from({ length: concurrency }, runNext));
  reporter.end();
  await finished(reporter);
  return runs;
}

/** Runs one file, so that tests which a helper declares count for the file that calls it. Reports the file as a whole. */
async function runFile(file: string, reporter: spec): Promise<FileRun> {
  const fileRun: FileRun = { passed: 0, failed: [], skipped: 0 };
  const events: TestEvent[] = [];
  for await (const event of run({ files: [join(ROOT, file)], timeout: FILE_TIMEOUT_MS })) {
    if (event.type === 'test:diagnostic' && SUMMARY.test(event.data.message)) continue;
    events.push(event);
    if (event.type !== 'test:pass' && event.type !== 'test:fail') continue;
    const { name, details, skip, todo } = event.data;
    if (details.type === 'suite') continue;
    if (event.type === 'test:fail') fileRun.failed.push(name);
    else fileRun[skip !== undefined || todo !== undefined ? 'skipped' : 'passed']++;
  }
  for (const event of events) reporter.write(event);
  return fileRun;
}
