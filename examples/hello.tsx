import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { Layout } from './layout.js';

const GREETINGS = ['Hello', 'Bonjour', 'Guten Tag', 'Hola'];
const schema = {
  params: Type.Object({ name: Type.String({ maxLength: 40 }) }),
  querystring: Type.Object({ greeting: Type.String({ default: 'Hello', maxLength: 40 }) }),
};

const hello: FastifyPluginAsyncTypebox = async (fastify) => {
  fastify.issrRoute('/hello/:name', { schema }, ({ params: { name }, query: { greeting } }) => (
    <Layout
      title="Hello"
      lead="The greeting follows your typing. Each name is a link: a visit over the same connection."
      source="hello.tsx"
    >
      <section class="panel">
        <p class="greeting">
          {greeting}, {name}!
        </p>
        <label>
          Greeting
          <input
            name="greeting"
            value={greeting}
            list="greetings"
            maxlength={40}
            autocomplete="off"
            oninput="rr(this)"
          />
          <datalist id="greetings">
            {GREETINGS.map((value) => (
              <option value={value} />
            ))}
          </datalist>
        </label>
        <nav class="row">
          {['Ada', 'Grace', 'Linus'].map((other) => (
            <a
              class="chip"
              href={`/hello/${other}`}
              onclick="rr(this)"
              aria-current={other === name && 'page'}
            >
              {other}
            </a>
          ))}
        </nav>
      </section>
    </Layout>
  ));
};

export default hello;
