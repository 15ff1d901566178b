import type { FileState, UploadPlan, UploadStates } from '../../src/protocol.js';
import type { Site } from '../site.js';

/** A connection on which nothing moves for so long is dead. */
const MAX_STALL = 60_000;

/** An answer that is none of a network's making: the server does not let these files in. The message is for the visitor. */
export class Denied extends Error {}

/** The plugin's endpoints for files. What the network or a restarting server is to blame for rejects with another error. */
export function createHttp(site: Site) {
  const headers = { 'issr-token': site.token };
  const fileUrl = (id: string) => site.endpoint(`issr/uploads/file?id=${encodeURIComponent(id)}`);

  async function read(response: Response): Promise<unknown> {
    if (response.ok) return response.json();
    const isForGood = response.status >= 400 && response.status < 500 && response.status !== 404;
    throw isForGood
      ? new Denied(`Files may not be sent from here (${response.status}).`)
      : new Error(String(response.status));
  }

  return {
    async plan(plan: UploadPlan): Promise<UploadStates> {
      const url = site.endpoint('issr/uploads');
      return (await read(
        await fetch(url, { method: 'POST', body: JSON.stringify(plan), headers }),
      )) as UploadStates;
    },

    /** Ends what the server still takes for a connection of that file, and says what it has. */
    async ask(id: string): Promise<FileState> {
      return ((await read(await fetch(fileUrl(id), { headers }))) as FileState[])[0] ?? null;
    },

    /** Sends what is there of a file from `offset` on. Resolves to what the server has then. */
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
        request.open('POST', `${fileUrl(id)}&offset=${offset}`);
        request.setRequestHeader('issr-token', site.token);
        request.responseType = 'json';
        request.upload.onprogress = ({ loaded }) => {
          wait();
          onProgress(Math.min(loaded, blob.size));
        };
        request.onloadend = () => {
          clearTimeout(stall);
          signal.removeEventListener('abort', abort);
          if (request.status === 200) resolve(request.response[0]);
          else reject(new Error(String(request.status)));
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
