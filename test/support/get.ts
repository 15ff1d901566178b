import { type IncomingHttpHeaders, request } from 'node:http';
import { request as requestTls } from 'node:https';
import { text } from 'node:stream/consumers';

/** Options of a request or a handshake. */
export interface RequestOptions {
  method?: string;
  headers?: Record<string, string>;
  /** The certificate that a TLS server is known by. */
  ca?: string | Buffer;
}

export interface HttpAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** Sends a raw HTTP request: follows no redirect and allows any header. */
export function get(url: string | URL, options: RequestOptions = {}): Promise<HttpAnswer> {
  const send = String(url).startsWith('https:') ? requestTls : request;
  return new Promise((resolve, reject) => {
    send(url, { agent: false, ...options }, async (response) => {
      const { statusCode = 0, headers } = response;
      resolve({ status: statusCode, headers, body: await text(response) });
    })
      .on('error', reject)
      .end();
  });
}
