import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { CATALOG, type Example } from './catalog.js';
import { Code } from './code.js';
import { Layout } from './layout.js';
import { filesOf, readSource } from './sources.js';
import { Tiles } from './tiles.js';

const schema = {
  querystring: Type.Object({
    q: Type.String({ default: '', maxLength: 60 }),
    x: Type.Integer({ default: 3, minimum: 0, maximum: 24 }),
  }),
};

const home: FastifyPluginAsyncTypebox = async (fastify) => {
  const count = (href: string) =>
    [...fastify.issr.pages.values()].filter((page) => folder(page.path) === folder(href)).length;
  // A page is still among the open ones while `onDisconnect` runs.
  const changed = () => {
    setImmediate(() => fastify.issr.changed('open pages'));
  };
  fastify.issr.onConnect(changed);
  fastify.issr.onDisconnect(changed);

  fastify.issrRoute('/', { schema, url: ['q'] }, ({ query: { q, x }, issr }) => {
    issr.watch('open pages');
    const topics = find(q);
    const total = topics.reduce((sum, { examples }) => sum + examples.length, 0);
    return (
      <Layout
        title="Pages that live on the server"
        lead="A Fastify route returns JSX. A click runs it again, and only the difference is sent. There is no browser code to write."
        isWide
      >
        <div class="panel demo">
          <Tiles x={x} />
        </div>
        <Code id="demo" file="tiles.tsx" />
        <search>
          <form class="row" data-rr="submit, input 100">
            <input
              type="search"
              name="q"
              value={q}
              maxlength={60}
              aria-label="Search the examples"
              placeholder="Search: chat, presence, Later, drr …"
              autocomplete="off"
            />
            <span class="note" role="status">
              {total} {total === 1 ? 'example' : 'examples'}
            </span>
          </form>
        </search>
        {topics.map(({ topic, examples }) => (
          <section key={topic}>
            <h2 class="topic">{topic}</h2>
            <ul class="index">
              {examples.map((example) => (
                <Card example={example} open={count(example.href)} />
              ))}
            </ul>
          </section>
        ))}
        {total === 0 && <p class="empty">No example has “{q}” in its text or its source.</p>}
      </Layout>
    );
  });
};

function Card({ example: { href, title, source, shows }, open }: { example: Example; open: number }) {
  return (
    <li key={href}>
      <h3>
        <a href={href}>{title}</a>
      </h3>
      <p>{shows}</p>
      <p class="note">
        <a href={`/source/${source}`}>{source}</a> · {open} open now
      </p>
    </li>
  );
}

/** Examples that have the text in their description. From three letters on the source is searched too. */
function find(q: string): typeof CATALOG {
  const wanted = q.trim().toLowerCase();
  const has = (text: string) => text.toLowerCase().includes(wanted);
  const isFound = ({ title, shows, source }: Example) =>
    has(`${title} ${shows}`) || (wanted.length > 2 && filesOf(source).some((file) => has(readSource(file))));
  return CATALOG.map(({ topic, examples }) => ({ topic, examples: examples.filter(isFound) })).filter(
    ({ examples }) => examples.length > 0,
  );
}

/** `/hello/Ada` → `hello` */
function folder(path: string): string | undefined {
  return path.split('/')[1];
}

export default home;
