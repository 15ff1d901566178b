import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { Layout } from './layout.js';

const schema = { querystring: Type.Object({ x: Type.Integer({ default: 0, minimum: 0, maximum: 100 }) }) };

const counter: FastifyPluginAsyncTypebox = async (fastify) => {
  fastify.issrRoute('/counter', { schema }, ({ query: { x } }) => (
    <Layout
      title="Counter"
      lead="Each button carries the next number. Without script it is a link to that number."
      source="counter.tsx"
    >
      <section class="panel">
        <div class="row">
          <Step kind="primary" to={Math.min(100, x + 1)}>
            add
          </Step>
          <Step to={Math.max(0, x - 1)}>delete</Step>
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

/** With script the command `x` of `rr(this)`, as of any button; the address is for a browser without. */
function Step({ to, kind = 'plain', children }: { to: number; kind?: string; children: string }) {
  return (
    <a class={`button ${kind}`} href={`?x=${to}`} onclick="rr(this)" action="x" value={to}>
      {children}
    </a>
  );
}

export default counter;
