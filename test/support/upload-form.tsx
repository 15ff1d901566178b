import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import type { UploadRule } from '../../src/index.js';
import { createServer, listen } from './server.js';
import { uploadFolder } from './uploads.js';

export const MEBIBYTE = 1024 ** 2;

/** A file for `setInputFiles`. */
export function file(name: string, buffer: Buffer, mimeType = 'image/png') {
  return { name, mimeType, buffer };
}

/** Chooses a file that is made in the page, as a large one takes long to get there. */
export async function chooseLarge(page: Page, name: string, size: number): Promise<void> {
  await page.$eval(
    '[name=photo]',
    (element, [name, size]) => {
      const input = element as HTMLInputElement;
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array(size)], name));
      input.files = data.files;
      input.dispatchEvent(new Event('change', { bubbles: true }));
    },
    [name, size] as const,
  );
}

export const shareOf = (page: Page) =>
  page.$eval('progress', (progress: HTMLProgressElement) => progress.value);

export const messageOf = (page: Page) =>
  page.$eval('input[type=file]', (input: HTMLInputElement) => input.validationMessage);

/** A form that sends files, and what its action got. */
export async function openForm(t: TestContext, rule: UploadRule = {}) {
  const folder = uploadFolder(t);
  const fastify = await createServer(t, { uploadFolder: folder });
  const saved: { title: string; files: [name: string, size: number][] }[] = [];
  fastify.issrRoute<{ Querystring: { title?: string; x?: string; other?: string } }>(
    '/',
    {
      uploads: { photo: rule },
      actions: {
        save: async ({ query, issr }) => {
          const files = issr.files.photo ?? [];
          for (const { path, size } of files) assert.equal((await readFile(path)).length, size);
          saved.push({ title: query.title ?? '', files: files.map(({ name, size }) => [name, size]) });
        },
      },
    },
    ({ query, issr }) => (
      <main>
        <form onsubmit="rr(this)">
          <input name="title" />
          <label id="drop">
            Photos <input type="file" name="photo" multiple update={query.x === '7'} />
          </label>
          <progress data-issr-upload="photo" value="0" />
          <button type="button" id="cancel" data-issr-upload-cancel="photo">
            cancel
          </button>
          <button id="save" action="save">
            save
          </button>
        </form>
        <p id="has">{issr.files.photo?.map(({ name }) => name).join()}</p>
        <p id="saved">{saved.length}</p>
        <button id="x" type="button" onclick="rr(this)" action="x" value={Number(query.x ?? 0) + 1}>
          {query.x ?? 0}
        </button>
        <div name="x" value={query.x ?? 0} />
      </main>
    ),
  );
  const origin = await listen(fastify);
  return { fastify, folder, origin, saved };
}
