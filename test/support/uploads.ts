import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { type ClientRequest, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FileState, UploadPlan, UploadStates } from '../../src/protocol.js';

/** The first bytes of a PNG, and as many more as asked for. */
export function png(bytes = 100): Buffer {
  const head = '89504e470d0a1a0a0000000d4948445200000001000000010806000000';
  return Buffer.concat([Buffer.from(head, 'hex'), Buffer.alloc(bytes, 7)]).subarray(0, bytes);
}

/** A folder for uploads, gone after the test. */
export function uploadFolder(t: { after(fn: () => unknown): void }): string {
  const folder = mkdtempSync(join(tmpdir(), 'issr-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The files below a folder. */
export function filesIn(folder: string): string[] {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return paths.filter((path) => statSync(join(folder, path), { throwIfNoEntry: false })?.isFile());
}

/** An uploading page, and the headers of its requests. */
export interface Uploader {
  origin: string;
  token: string;
  headers?: Record<string, string>;
}

const headersOf = ({ origin, token, headers }: Uploader) => ({ origin, 'issr-token': token, ...headers });

export function postPlan(who: Uploader, plan: unknown): Promise<Response> {
  const body = typeof plan === 'string' ? plan : JSON.stringify(plan);
  return fetch(`${who.origin}/issr/uploads`, { method: 'POST', body, headers: headersOf(who) });
}

export async function choose(who: Uploader, plan: UploadPlan): Promise<UploadStates> {
  return (await postPlan(who, plan)).json() as Promise<UploadStates>;
}

export function postFile(who: Uploader, id: string, bytes: Buffer, offset = 0): Promise<Response> {
  const body = new FormData();
  body.set('file', new Blob([new Uint8Array(bytes)]));
  const url = `${who.origin}/issr/uploads/file?id=${id}&offset=${offset}`;
  return fetch(url, { method: 'POST', body, headers: headersOf(who) });
}

export async function askFile(who: Uploader, id: string): Promise<Response> {
  return fetch(`${who.origin}/issr/uploads/file?id=${id}`, { headers: headersOf(who) });
}

export async function stateOf(response: Response): Promise<FileState | undefined> {
  return ((await response.json()) as FileState[])[0];
}

/** A request of a file of `size` bytes that has sent only the first of them. `tail` is what follows the last. */
export function beginFile(
  who: Uploader,
  id: string,
  bytes: Buffer,
  size: number,
): ClientRequest & { tail: string } {
  const boundary = randomUUID();
  const head = Buffer.from(
    `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="blob"\r\n` +
      'content-type: application/octet-stream\r\n\r\n',
  );
  const tail = `\r\n--${boundary}--\r\n`;
  const headers = {
    ...headersOf(who),
    'content-type': `multipart/form-data; boundary=${boundary}`,
    'content-length': head.length + size + tail.length,
  };
  const sending = request(`${who.origin}/issr/uploads/file?id=${id}`, { method: 'POST', headers });
  sending.on('error', () => {});
  sending.write(Buffer.concat([head, bytes]));
  return Object.assign(sending, { tail });
}

/** Chooses one file. Its id. */
export async function chooseOne(
  who: Uploader,
  size: number,
  type = '',
  name = 'a.png',
  field = 'photo',
): Promise<string> {
  const [states] = await choose(who, [[field, [[name, size, type]]]]);
  const state = states?.[0];
  if (!Array.isArray(state)) throw new Error(`refused: ${state}`);
  return state[0];
}

/** Chooses one file and sends it. Its id. */
export async function upload(
  who: Uploader,
  bytes: Buffer,
  { name = 'a.png', type = 'image/png', field = 'photo' } = {},
): Promise<string> {
  const id = await chooseOne(who, bytes.length, type, name, field);
  await postFile(who, id, bytes);
  return id;
}
