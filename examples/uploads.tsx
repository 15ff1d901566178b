import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { Layout } from './layout.js';

const MEBIBYTE = 1024 ** 2;
const photo = { maxBytes: 5 * MEBIBYTE, maxFiles: 6, types: ['image/*'] };
/** Photos in the album; the oldest goes. */
const MAX_PHOTOS = 12;

interface Photo {
  name: string;
  type: string;
  bytes: Buffer;
}

const uploads: FastifyPluginAsyncTypebox = async (fastify) => {
  const album = new Map<string, Photo>();

  const keep = async ({ path, name, type }: { path: string; name: string; type: string }) => {
    album.set(randomUUID(), { name, type, bytes: await readFile(path) });
    for (const id of [...album.keys()].slice(0, -MAX_PHOTOS)) album.delete(id);
  };

  fastify.issrRoute(
    '/uploads',
    {
      uploads: { photo },
      actions: {
        add: async ({ issr }) => {
          await Promise.all(issr.files.photo?.map(keep) ?? []);
          void fastify.issr.rr('/uploads');
        },
      },
    },
    ({ issr: { action } }) => (
      <Layout
        title="Uploads"
        lead={`Up to ${photo.maxFiles} pictures at once, 5 MiB each. Everyone who has this page open sees them.`}
        source="uploads.tsx"
      >
        <form
          class="panel upload"
          method="post"
          action="?add"
          enctype="multipart/form-data"
          onsubmit="rr(this)"
        >
          <label class="drop">
            Choose pictures, or drop them here
            {/* With `update` the field is emptied after its files were added. */}
            <input
              type="file"
              name="photo"
              accept="image/*"
              multiple
              required
              update={action?.name === 'add'}
            />
          </label>
          <p class="problem" role="alert" data-issr-upload-error="photo" />
          <div class="row">
            <button class="primary" action="add">
              add
            </button>
            <progress data-issr-upload="photo" value={0} aria-label="Sent" />
            <button type="button" data-issr-upload-cancel="photo">
              cancel
            </button>
          </div>
        </form>
        <ul class="album">
          {Array.from(album, ([id, { name }]) => (
            <li id={id}>
              <img src={`/uploads/photos/${id}`} alt={name} loading="lazy" />
            </li>
          )).reverse()}
        </ul>
        {album.size === 0 && <p class="empty">No pictures yet.</p>}
      </Layout>
    ),
  );

  fastify.get(
    '/uploads/photos/:id',
    { schema: { params: Type.Object({ id: Type.String() }) } },
    (request, reply) => {
      const found = album.get(request.params.id);
      if (!found) return reply.callNotFound();
      return reply.header('x-content-type-options', 'nosniff').type(found.type).send(found.bytes);
    },
  );
};

export default uploads;
