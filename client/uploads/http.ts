import {
  Endpoint,
  EndpointQuery,
  type FileState,
  TOKEN_HEADER,
  type UploadPlan,
  type UploadStates,
} from '../../src/protocol.js';
import type { Site } from '../site.js';

/** Milliseconds without progress after which a request is dead. */
const MAX_STALL = 60_000;

/** The server refuses these files. The message is for the visitor. */
export class UploadForbidden extends Error {}

/** 4xx, but not what a later try may not get: unknown here, too slow, at another offset, too early, too often. */
const FINAL = /^4(?!0[489]|2[59])/;

/** A proxy in front of the server may refuse files too. */
function errorOf(status: number): Error {
  const text = String(status);
  if (!FINAL.test(text)) return new Error(text);
  const what = status === 413 ? 'File too large' : 'Upload not allowed';
  return new UploadForbidden(`${what} (${text}).`);
}

/** Calls the plugin's endpoints for files. A fault of the network or a restarting server rejects with another error. */
export function createHttp(site: Site) {
  const headers = () => ({ [TOKEN_HEADER]: `${site.token} ${site.secret}` });
  const fileUrl = (id: string) =>
    site.endpoint(`${Endpoint.file}?${EndpointQuery.file}=${encodeURIComponent(id)}`);

  async function read(response: Response): Promise<unknown> {
    if (response.ok) return response.json();
    throw errorOf(response.status);
  }

  return {
    async plan(plan: UploadPlan): Promise<UploadStates> {
      const url = site.endpoint(Endpoint.uploads);
      return (await read(
        await fetch(url, { method: 'POST', body: JSON.stringify(plan), headers: headers() }),
      )) as UploadStates;
    },

    /** Ends the server's open request of that file, and resolves to its state. */
    async ask(id: string): Promise<FileState> {
      return ((await read(await fetch(fileUrl(id), { headers: headers() }))) as FileState[])[0] ?? null;
    },

    /** Sends a file from `offset` on. Resolves to its state on the server. */
    send(
      id: string,
      blob: Blob,
      offset: number,
      signal: AbortSignal,
      onProgress: (bytes: number) => void,
    ): Promise<FileState> {
      return new Promise((resolve, reject) => {
        const request = new XMLHttpRequest();
        let stall = 0;
        const wait = () => {
          clearTimeout(stall);
          stall = window.setTimeout(() => request.abort(), MAX_STALL);
        };
        request.open('POST', `${fileUrl(id)}&${EndpointQuery.offset}=${offset}`);
        request.setRequestHeader(TOKEN_HEADER, headers()[TOKEN_HEADER]);
        request.responseType = 'json';
        request.upload.onprogress = ({ loaded }) => {
          wait();
          onProgress(Math.min(loaded, blob.size));
        };
        request.onloadend = () => {
          clearTimeout(stall);
          signal.removeEventListener('abort', abort);
          // A page of a proxy is not JSON.
          if (request.status === 200 && request.response) resolve(request.response[0]);
          else reject(errorOf(request.status));
        };
        const abort = () => request.abort();
        signal.addEventListener('abort', abort);
        if (signal.aborted) return reject(signal.reason);
        const body = new FormData();
        body.append('file', blob);
        wait();
        request.send(body);
      });
    },
  };
}

export type Http = ReturnType<typeof createHttp>;
