/** Reads README.md, CONTRIBUTING.md, SECURITY.md, CHANGELOG.md and docs/ as data: tables, code blocks, links, anchors. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');

/** Paths of all documents, from the root of the repository. */
export const DOCUMENTS = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'CHANGELOG.md',
  'bench/README.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** A fenced block. `line` is the 1-based line of its first content line. */
export interface CodeBlock {
  file: string;
  line: number;
  language: string;
  code: string;
}

export function readDocument(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

/** Cells of every table body row below a heading (until the next heading), or of the whole document. */
export function tableRows(file: string, heading?: string): string[][] {
  const text = heading === undefined ? readDocument(file) : sectionOf(file, heading);
  return linesOutsideCode(text)
    .filter((line, i, lines) => line.startsWith('|') && isBodyRow(lines, i))
    .map((line) => line.split(/(?<!\\)\|/).slice(1, -1))
    .map((cells) => cells.map((cell) => cell.trim()));
}

/** Text from a heading to the next heading of any level. @throws if the heading is missing */
export function sectionOf(file: string, heading: string): string {
  const [, section] = readDocument(file).split(new RegExp(`^#+ ${escapeRegExp(heading)}\n`, 'm'));
  if (section === undefined) throw new Error(`${file} has no heading "${heading}"`);
  return section.split(/^#+ /m)[0] ?? '';
}

/** Code spans of a cell: `'a \`b\` c'` → `['b']` */
export function codeSpans(text: string): string[] {
  return Array.from(text.matchAll(/`([^`]+)`/g), ([, span = '']) => span);
}

export function codeBlocks(file: string, text = readDocument(file)): CodeBlock[] {
  return Array.from(text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm), (match) => {
    const line = (text.slice(0, match.index).match(/\n/g)?.length ?? 0) + 2;
    return { file, line, language: match[1] ?? '', code: match[2] ?? '' };
  });
}

/** Targets of relative links, `#anchor` included. Absolute URLs are left out. */
export function relativeLinks(file: string): string[] {
  const text = linesOutsideCode(readDocument(file)).join('\n');
  return Array.from(text.matchAll(/\]\(([^)\s]+)\)/g), ([, target = '']) => target).filter(
    (target) => !/^[a-z]+:/.test(target),
  );
}

/** Anchors of a document's headings, as GitHub makes them. */
export function anchorsOf(file: string): Set<string> {
  return new Set(
    linesOutsideCode(readDocument(file))
      .filter((line) => /^#+ /.test(line))
      .map((line) =>
        line
          .replace(/^#+ /, '')
          .toLowerCase()
          .replace(/[^\p{L}\p{N} _-]/gu, '')
          .replaceAll(' ', '-'),
      ),
  );
}

function linesOutsideCode(text: string): string[] {
  return text.replace(/^```[\s\S]*?^```$/gm, '').split('\n');
}

/** The first two lines of a table are its header and the rule below it. */
function isBodyRow(lines: string[], index: number): boolean {
  let start = index;
  while (lines[start - 1]?.startsWith('|')) start--;
  return index - start >= 2;
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
