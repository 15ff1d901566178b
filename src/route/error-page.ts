import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { pageErrorOf } from '../dispatch/page-error.js';
import type { RequestState } from '../dispatch/request-state.js';
import { pathOf } from '../params/params.js';
import type { SourceFrame } from '../protocol.js';
import { escapeAttribute } from '../render/document.js';
import type { Runtime } from '../runtime.js';

/**
 * Returns a page for the author whose load threw, in place of Fastify's own JSON. It is loaded again once the server
 * has restarted. An answer of the app's error handler stays, and so does that to a client which does not ask for HTML.
 */
export function errorPage(
  { options, script }: Runtime,
  { error, firstTime }: RequestState,
  request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
): string | undefined {
  if (!options.showErrors || !error || !firstTime || reply.statusCode < 500) return undefined;
  if (!request.headers.accept?.includes('text/html') || !isFastifysOwn(payload, error)) return undefined;
  const shown = pageErrorOf(options, { status: reply.statusCode, requestId: request.id }, error);
  reply.type('text/html; charset=utf-8');
  allowOwnCode(reply);
  const { status, requestId, message = '', stack = '', frame } = shown;
  return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeAttribute(message)}</title><style>${STYLE}</style></head><body data-url="${script.endpoint(pathOf(request.originalUrl))}" data-wait="${options.joinTimeout / 2}"><p>${status} · request ${escapeAttribute(requestId)}</p><h1>${escapeAttribute(message)}</h1>${frame ? frameHtml(frame) : ''}<details${frame ? '' : ' open'}><summary>Stack</summary><pre>${escapeAttribute(stack)}</pre></details><script>${SCRIPT}</script></body></html>`;
}

const STYLE = `
:root { color-scheme: light dark; font: 14px/1.5 system-ui, sans-serif; color: light-dark(#1d2430, #e4e8ef); background: light-dark(#fff, #15181e) }
body { max-width: 60rem; margin: 3rem auto; padding: 0 1rem }
p, summary { margin: 0; color: light-dark(#5d6776, #98a3b5) }
h1 { margin: 4px 0 24px; font-size: 20px; line-height: 1.4; color: light-dark(#b42331, #ff8787); overflow-wrap: anywhere }
figure { margin: 0 0 24px }
figcaption, pre { font: 13px/1.6 ui-monospace, monospace }
figure pre { margin: 4px 0; padding: 8px 0; overflow: auto; background: light-dark(#f7f8fa, #1b1f27); border-radius: 8px }
figure pre > * { display: block; width: max-content; min-width: 100%; box-sizing: border-box; padding: 0 12px; color: inherit }
mark { background: light-dark(#fde3e5, #4a1c23) }
summary { cursor: pointer }
details pre { white-space: pre-wrap; overflow-wrap: anywhere; color: light-dark(#5d6776, #98a3b5) }
`;

/**
 * Waits for a restart of the server: the connection ends, and another one opens. A connection that does not join is
 * replaced before the server refuses it.
 */
const SCRIPT = `
const { url, wait } = document.body.dataset
function connect(isBack) {
  const socket = new WebSocket(new URL(url, location.href.replace(/^http/, 'ws')))
  const timer = setTimeout(() => {
    socket.onclose = null
    socket.close()
    connect(isBack)
  }, wait)
  socket.onopen = () => isBack && location.reload()
  socket.onclose = () => {
    clearTimeout(timer)
    setTimeout(connect, 300, true)
  }
}
connect(false)
`;

const hashOf = (code: string): string => `'sha256-${createHash('sha256').update(code).digest('base64')}'`;
const POLICY = `default-src 'none'; connect-src 'self'; img-src 'self'; script-src ${hashOf(SCRIPT)}; style-src ${hashOf(STYLE)}`;

/** Replaces the app's policy, if it has one: this page has code of its own, and nothing else. */
function allowOwnCode(reply: FastifyReply): void {
  reply.removeHeader('content-security-policy-report-only');
  if (reply.hasHeader('content-security-policy')) reply.header('content-security-policy', POLICY);
}

function frameHtml({ file, line, first, lines }: SourceFrame): string {
  const rows = lines.map((text, i) => {
    const isThrown = first + i === line;
    const row = escapeAttribute(`${isThrown ? '>' : ' '}${String(first + i).padStart(5)} │ ${text}`);
    return isThrown ? `<mark>${row}</mark>` : `<span>${row}</span>`;
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
