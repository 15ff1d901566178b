import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox';
import { Layout } from './layout.js';

const schema = { querystring: Type.Object({ x: Type.Integer({ default: 0, minimum: 0, maximum: 100 }) }) };

const counter: FastifyPluginAsyncTypebox = async (fastify) => {
  fastify.issrRoute('/counter', { schema }, ({ query: { x } }) => (
    <Layout title="Counter" lead="Each button carries the number it asks for." source="counter.tsx">
      <section class="panel">
        <div class="row">
          <button class="primary" onclick="rr(this)" action="x" value={Math.min(100, x + 1)}>
            add
          </button>
          <button onclick="rr(this)" action="x" value={Math.max(0, x - 1)}>
            delete
          </button>
          <output class="count">{x}</output>
        </div>
        <ol class="tiles">
          {Array.from({ length: x }, (_, n) => (
            <li>{n + 1}</li>
          ))}
        </ol>
        {x === 0 && <p class="empty">The list is empty.</p>}
      </section>
    </Layout>
  ));
};

export default counter;
