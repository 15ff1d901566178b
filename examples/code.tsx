import { Later, memo } from 'fastify-issr';
import type { HighlighterCore } from 'shiki/core';
import { readSource } from './sources.js';

interface Token {
  text: string;
  /** Class that style.css colours. */
  kind?: string | undefined;
}
type Line = Token[];

const LANGUAGES: Record<string, string> = { css: 'css', json: 'json' };
/** Highlighted lines of files. */
const files = new Map<string, Line[]>();
let highlighter: Promise<HighlighterCore> | undefined;

/** The source of a file. Its colours come when they are ready, and the page does not wait for them. */
export function Code({ id, file }: { id: string; file: string }) {
  const known = files.get(file) ?? readLines(file);
  return (
    // Focusable, as a box that scrolls must be reachable by keyboard.
    <Later as="pre" id={id} tabindex={0} aria-live="off" when={[file]} fallback={<Lines lines={known} />}>
      {async () => <Lines lines={await highlight(file)} />}
    </Later>
  );
}

/** Rendered once for all pages. */
const Lines = memo(({ lines }: { lines: Line[] }) => (
  <code>
    {lines.map((line) => (
      <span class="line">
        {line.map(({ text, kind }) => (kind ? <i class={kind}>{text}</i> : text))}
        {'\n'}
      </span>
    ))}
  </code>
));

function readLines(file: string): Line[] {
  const lines = readSource(file).trimEnd().split('\n');
  return lines.map((text) => [{ text }]);
}

async function highlight(file: string): Promise<Line[]> {
  highlighter ??= loadHighlighter();
  const { codeToTokens } = await highlighter;
  const lines = files.get(file) ?? tokenize(file, codeToTokens);
  files.set(file, lines);
  return lines;
}

function tokenize(file: string, codeToTokens: HighlighterCore['codeToTokens']): Line[] {
  const lang = LANGUAGES[file.split('.').at(-1) ?? ''] ?? 'tsx';
  const options = { lang, theme: 'css-variables', tokenizeTimeLimit: 0 };
  const { tokens } = codeToTokens(readSource(file).trimEnd(), options);
  return tokens.map((line) =>
    line.map(({ content, color }) => ({ text: content, kind: color?.match(/token-([a-z]+)/)?.[1] })),
  );
}

/** Loaded at its first use, so that the site starts without it. */
async function loadHighlighter(): Promise<HighlighterCore> {
  const { createCssVariablesTheme, createHighlighterCore } = await import('shiki/core');
  const { createJavaScriptRegexEngine } = await import('shiki/engine/javascript');
  return createHighlighterCore({
    // Its colours are names, which become classes: a strict policy forbids inline styles.
    themes: [createCssVariablesTheme()],
    langs: [import('shiki/langs/tsx.mjs'), import('shiki/langs/css.mjs'), import('shiki/langs/json.mjs')],
    engine: createJavaScriptRegexEngine(),
  });
}
