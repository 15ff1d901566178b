import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

interface Pattern {
  place: string;
  pattern: RegExp;
}

const root = new URL('../../', import.meta.url);

/** The lengths of hostile texts. The first two are short, as an exponential pattern would never end on the others. */
const LENGTHS = [24, 32, 2_000, 4_000, 20_000, 40_000];

/** Milliseconds that a match may take beyond its linear share, for a busy machine. */
const SLACK = 40;

/** A regular expression in code: behind a sign that no operand ends with, classes with slashes included. */
const LITERAL =
  /(?<=[=(,:?!&|[{;>] ?|return )\/(?![*/ ])((?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\[\n])+)\/([a-z]*)/g;

/** The regular expressions that are written in a source file, outside of its comments. */
function patternsIn(path: string): Pattern[] {
  const lines = readFileSync(new URL(path, root), 'utf8').split('\n');
  return lines.flatMap((line, index) => {
    if (/^\s*(?:\/\/|\/?\*)/.test(line)) return [];
    return [...line.matchAll(LITERAL)].map(([, source = '', flags]) => ({
      place: `${path}:${index + 1}`,
      pattern: new RegExp(source, flags),
    }));
  });
}

/** Texts that a pattern nearly matches: its own words and letters, repeated, before an end that it refuses. */
function* hostileTexts({ source }: RegExp, length: number): Generator<string> {
  const words = source.match(/[a-z0-9<>!/'"&;:=_@.-]+/gi) ?? [];
  const parts = new Set([
    ...words,
    ...words.map((word) => word[0] as string),
    ' ',
    '\n',
    'a',
    '0',
    '<',
    '</',
  ]);
  for (const part of parts) {
    const text = part.repeat(Math.ceil(length / part.length));
    yield `${text}\u0001`;
    yield `${words.join('').slice(0, 40)}${text}\u0001`;
  }
}

/** The CPU milliseconds of the slowest text. */
function slowest(pattern: RegExp, length: number): number {
  let most = 0;
  for (const text of hostileTexts(pattern, length)) {
    const start = process.cpuUsage();
    text.replace(pattern, '');
    const { user, system } = process.cpuUsage(start);
    most = Math.max(most, (user + system) / 1000);
  }
  return most;
}

/** Compares with the fastest of the shorter texts: noise in one of them must not hide what a longer one takes. */
function assertLinear(place: string, pattern: RegExp): void {
  let perCharacter = Number.POSITIVE_INFINITY;
  for (const length of LENGTHS) {
    const time = slowest(pattern, length);
    const share = length === LENGTHS[0] ? 0 : perCharacter * length;
    assert.ok(time <= share + SLACK, `${place}: ${pattern} took ${time} ms for ${length} characters`);
    perCharacter = Math.min(perCharacter, time / length);
  }
}

const sources = ['src', 'client'].flatMap((folder) =>
  readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => `${folder}/${name}`),
);

test('matches every pattern of the sources in linear time', () => {
  const patterns = sources.flatMap(patternsIn);
  assert.ok(patterns.length > 60);
  for (const { place, pattern } of patterns) assertLinear(place, pattern);
});

test('finds patterns that take quadratic or exponential time', () => {
  for (const pattern of [/\s+$/, /<!--[\s\S]*?-->x/g, /^(?:\s*(?:<!--.*?-->)?)*</, /(a+)+b/])
    assert.throws(() => assertLinear('here', pattern), String(pattern));
});
