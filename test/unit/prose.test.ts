import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { Random } from '../fuzz/random.js';
import { ROOT } from '../support/documents.js';

interface Line {
  /** `src/x.ts:12` */
  place: string;
  text: string;
}

/** Openings of a comment that name neither an action nor a thing. */
const OPENING = /^(?:What|Who|Those|Whose|Of|One|Where|How|As)\b/;
const RESULT_AS_LABEL = /\b(?:False|True|Undefined|Null):/;
const OLD_WORD = /\b(?:nobody|whoever|not any more|any more|anew|so many|so long|so much)\b/i;
/** Case-sensitive: "Has no start tag" is a verb phrase of its own. */
const OLD_NEGATIVE = /\b(?:is|are|was|has|have|takes) no (?!longer|more than|op\b)\w+/;
const RULES = [OPENING, RESULT_AS_LABEL, OLD_WORD, OLD_NEGATIVE];

const SEED = Number(process.env.ISSR_PROSE_SEED ?? Math.floor(Math.random() * 2 ** 31));
const SAMPLE = 10;

test('comments of src and client follow the prose rules', () =>
  assertPlain(['src', 'client'].flatMap(sources).flatMap(commentLines)));

test('errors and logs of src and client follow the prose rules', () => {
  const messages = ['src', 'client'].flatMap(sources).flatMap(messageLines);
  assert.ok(messages.length > 30, `found only ${messages.length}`);
  assertPlain(messages);
});

test('comments of test, bench and examples start with a verb or a noun', () => {
  const lines = ['test', 'bench', 'examples'].flatMap(sources).flatMap(commentLines);
  assert.deepEqual(
    lines.filter(({ text }) => OPENING.test(text)),
    [],
  );
});

test('ten random comments are printed for a reader', (t) => {
  const comments = ['src', 'client'].flatMap(sources).flatMap(commentsOf);
  t.diagnostic(`seed ${SEED} (ISSR_PROSE_SEED)`);
  const random = new Random(SEED);
  for (let i = 0; i < SAMPLE; i++) {
    const { place, text } = random.pick(comments);
    t.diagnostic(`${place}: ${text}`);
  }
});

function assertPlain(lines: Line[]): void {
  assert.ok(lines.length > 0);
  assert.deepEqual(
    lines.filter(({ text }) => RULES.some((rule) => rule.test(text))),
    [],
  );
}

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:tsx?|mjs)$/.test(name))
    .map((name) => join(ROOT, folder, name));
}

/** Each line of a comment counts, so that a sentence is not continued from the comment before. */
function commentLines(file: string): Line[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line, i) => {
      const text = /^\s*(?:\/\*\*|\*|\/\/)\s?(.*)/.exec(line)?.[1] ?? /(?:\/\/|\/\*\*)\s(.*)/.exec(line)?.[1];
      return text === undefined ? [] : [{ place: placeOf(file, i), text }];
    });
}

/** Whole comments, joined to one line each. */
function commentsOf(file: string): Line[] {
  const source = readFileSync(file, 'utf8');
  return Array.from(source.matchAll(/\/\*\*([\s\S]*?)\*\/|^\s*\/\/ (.*)$/gm), (match) => ({
    place: placeOf(file, (source.slice(0, match.index).match(/\n/g) ?? []).length),
    text: (match[1] ?? match[2] ?? '').replace(/\s*\n\s*\*\s?/g, ' ').trim(),
  }));
}

/** String literals of errors, logs and console messages. */
function messageLines(file: string): Line[] {
  const source = readFileSync(file, 'utf8');
  const calls = source.matchAll(
    /\b(?:createError|new \w*Error|log\.\w+|console\.\w+|report|refuse)\([^;]*?\)/g,
  );
  return Array.from(calls, (match) => ({
    place: placeOf(file, (source.slice(0, match.index).match(/\n/g) ?? []).length),
    literals: match[0].match(/'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|`(?:\\.|[^`\\])*`/g) ?? [],
  })).flatMap(({ place, literals }) => literals.map((literal) => ({ place, text: literal.slice(1, -1) })));
}

function placeOf(file: string, index: number): string {
  return `${relative(ROOT, file)}:${index + 1}`;
}
