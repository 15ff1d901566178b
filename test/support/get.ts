import { type IncomingHttpHeaders, request } from 'node:http';
import { request as requestTls } from 'node:https';
import { text } from 'node:stream/consumers';

/** How a request or a handshake is made, beside its URL. */
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

/** One HTTP request, as it is: no redirect is followed, and any header can be given. */
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
