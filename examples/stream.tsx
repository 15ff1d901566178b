import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { IssrStream } from 'fastify-issr';
import { Type } from 'typebox';
import { Layout } from './layout.js';

/** Seconds for which the count continues without a listener. */
const PATIENCE = 30;
const schema = { querystring: Type.Object({ page: Type.String({ default: '', maxLength: 100 }) }) };

const stream: FastifyPluginAsyncTypebox = async (fastify) => {
  /** By the id of their page. */
  const streams = new Map<string, IssrStream>();
  let timer: NodeJS.Timeout | undefined;
  let [count, alone] = [0, 0];

  function tick() {
    const heard = fastify.issr.publish('ticks', ++count);
    alone = heard > 0 ? 0 : alone + 1;
    if (alone < PATIENCE) return;
    clearInterval(timer);
    timer = undefined;
  }
  fastify.addHook('onClose', async () => clearInterval(timer));

  fastify.issrStream('/ticks', { schema, retry: 2500 }, (stream, { query: { page } }) => {
    streams.set(page, stream);
    stream.signal.addEventListener('abort', () => {
      if (streams.get(page) === stream) streams.delete(page);
    });
    stream.subscribe('ticks');
    timer ??= setInterval(tick, 1000);
  });

  const actions = { cut: async ({ issr }: { issr: { id: string } }) => streams.get(issr.id)?.close() };
  fastify.issrRoute('/stream', { actions }, ({ issr }) => (
    <Layout
      title="Event stream"
      lead="The server counts the seconds. Cut the connection: the browser reconnects by itself and receives what it missed."
      source="stream.tsx"
    >
      <section class="panel ticks" data-page={issr.id}>
        <div class="row">
          <button class="primary" onclick="rr(this)" action="cut">
            cut the connection
          </button>
          <output />
        </div>
        <ol class="tiles" />
      </section>
      <p class="note">
        The script of this page is <a href="/stream.js">stream.js</a>.
      </p>
      <script type="module" src="/stream.js" />
    </Layout>
  ));
};

export default stream;
