import type { FastifyReply, FastifyRequest } from 'fastify';
import { pageErrorOf } from '../dispatch/page-error.js';
import type { RequestState } from '../dispatch/request-state.js';
import type { SourceFrame } from '../protocol.js';
import { escapeAttribute } from '../render/document.js';
import type { Runtime } from '../runtime.js';

/**
 * Returns a page for the author whose load threw, in place of Fastify's own JSON. An answer of the app's error handler
 * stays, and so does that to a client which does not ask for HTML.
 */
export function errorPage(
  { options }: Runtime,
  { error, firstTime }: RequestState,
  request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
): string | undefined {
  if (!options.showErrors || !error || !firstTime || reply.statusCode < 500) return undefined;
  if (!request.headers.accept?.includes('text/html') || !isFastifysOwn(payload, error)) return undefined;
  const shown = pageErrorOf(options, { status: reply.statusCode, requestId: request.id }, error);
  reply.type('text/html; charset=utf-8');
  const { status, requestId, message = '', stack = '', frame } = shown;
  return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeAttribute(message)}</title><style>${STYLE}</style></head><body><p>${status} · request ${escapeAttribute(requestId)}</p><h1>${escapeAttribute(message)}</h1>${frame ? frameHtml(frame) : ''}<pre>${escapeAttribute(stack)}</pre></body></html>`;
}

const STYLE = `
:root { color-scheme: light dark; font: 14px/1.5 ui-monospace, monospace }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.25rem; color: light-dark(#a4161a, #ff8fa3); overflow-wrap: anywhere }
pre { white-space: pre-wrap; overflow-wrap: anywhere }
figure { margin: 1rem 0; padding: .5rem 1rem; border-radius: 4px; background: light-dark(#f3f3f5, #26262b) }
mark { display: block; color: inherit; background: light-dark(#fbd5d8, #5c1a22) }
`;

function frameHtml({ file, line, first, lines }: SourceFrame): string {
  const rows = lines.map((text, i) => {
    const isThrown = first + i === line;
    const row = escapeAttribute(`${isThrown ? '>' : ' '}${String(first + i).padStart(5)} │ ${text}`);
    return isThrown ? `<mark>${row}</mark>` : `${row}\n`;
  });
  return `<figure><figcaption>${escapeAttribute(`${file}:${line}`)}</figcaption><pre>${rows.join('')}</pre></figure>`;
}

/** The answer of Fastify's default error handler to this error. */
function isFastifysOwn(payload: unknown, { message }: Error): boolean {
  try {
    const answer = JSON.parse(String(payload));
    return (
      typeof answer.statusCode === 'number' && typeof answer.error === 'string' && answer.message === message
    );
  } catch {
    return false;
  }
}
