import type { CapturedResult } from '../http/virtual-http.js';
import type { PageError } from '../protocol.js';
import { sourceFrameOf } from './source-frame.js';

/**
 * Returns an error as its page may see it.
 *
 * @param body of an answer without an error: it is the message then
 */
export function pageErrorOf(
  { showErrors }: { showErrors: boolean },
  shown: PageError,
  error: unknown,
  body = '',
): PageError {
  return showErrors ? { ...shown, ...describe(error, body) } : shown;
}

/** A handler can throw anything, also a value whose message is not text or cannot be read. */
function describe(error: unknown, body: string): Pick<PageError, 'message' | 'stack' | 'frame'> {
  try {
    const { message, stack } = (error ?? {}) as Partial<Error>;
    return {
      message: String(message ?? body.slice(0, 2000)),
      stack: stack && String(stack),
      frame: stack ? sourceFrameOf({ message: String(message), stack: String(stack) }) : undefined,
    };
  } catch {
    return { message: 'The error cannot be read.' };
  }
}

/** Explains to the author why an answer that is not an error fails its event. */
export function explainAnswer({ headers, body }: CapturedResult): string {
  const what = `${headers['content-type'] ?? 'nothing'}${body && `: ${body}`}`;
  return (
    'A handler or an action must return JSX or an HTML string, redirect, or send a file with ' +
    `"Content-Disposition: attachment". It sent ${what}`
  );
}
