import { readFileSync, realpathSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SourceFrame } from '../protocol.js';

/** Lines shown before and behind the one that threw. */
const AROUND = 2;

/** `    at name (file:///app/page.tsx:12:5)`, `    at /app/page.tsx:12:5` */
const PLACE = /^\s+at (?:.*\()?((?:file:\/\/)?\/[^()]+|[A-Za-z]:\\[^()]+):(\d+):\d+\)?$/;

/** Source files only: a frame must not show what else the app's folder holds. */
const SOURCE = /\.[cm]?[jt]sx?$/;

/**
 * Returns the source around the first place of a stack that is the app's own: below the working directory, outside of
 * `node_modules` and of folders whose name begins with a dot.
 */
export function sourceFrameOf(error: Partial<Error>): SourceFrame | undefined {
  try {
    for (const line of placesOf(error)) {
      const [, path = '', number = ''] = PLACE.exec(line) ?? [];
      const frame = path === '' ? undefined : readFrame(path, Number(number));
      if (frame) return frame;
    }
  } catch {
    // The file is gone, or the error cannot be read.
  }
  return undefined;
}

/** The lines of a stack behind its message, which may have text of a visitor that looks like a place. */
function placesOf({ stack, message }: Partial<Error>): string[] {
  const text = String(stack);
  const at = message ? text.indexOf(message) : 0;
  return text.slice(at < 0 ? 0 : at + (message?.length ?? 0)).split('\n');
}

function readFrame(place: string, line: number): SourceFrame | undefined {
  const path = resolve(place.startsWith('file:') ? fileURLToPath(place) : place);
  if (!isOwn(path)) return undefined;
  const lines = readFileSync(path, 'utf8').split('\n');
  const first = Math.max(1, line - AROUND);
  if (line > lines.length) return undefined;
  return { file: relative(process.cwd(), path), line, first, lines: lines.slice(first - 1, line + AROUND) };
}

function isOwn(path: string): boolean {
  if (!SOURCE.test(path)) return false;
  const parts = relative(realpathSync(process.cwd()), realpathSync(path)).split(sep);
  return parts.every((part) => part !== 'node_modules' && !part.startsWith('.'));
}
