import type { FastifyPluginAsync } from 'fastify';
import type { IssrPage } from 'fastify-issr';
import { Layout } from './layout.js';

const EXAMPLES = [
  {
    href: '/counter',
    title: 'Counter',
    source: 'counter.tsx',
    shows: 'A list that grows and shrinks by one value.',
  },
  {
    href: '/clock',
    title: 'Clock',
    source: 'clock.tsx',
    shows: 'The server pushes every second while someone looks.',
  },
  {
    href: '/hello/Ada',
    title: 'Hello',
    source: 'hello.tsx',
    shows: 'Text that follows your typing, and links that load nothing.',
  },
  {
    href: '/chat',
    title: 'Chat',
    source: 'chat.tsx',
    shows: 'A declared action, and a push to everyone who is there.',
  },
];

const home: FastifyPluginAsync = async (fastify) => {
  const open = new Set<IssrPage>();
  const count = (href: string) => [...open].filter((page) => folder(page.path) === folder(href)).length;

  fastify.issr.onConnect((page) => {
    open.add(page);
    void fastify.issr.rr('/');
  });
  fastify.issr.onDisconnect((page) => {
    open.delete(page);
    void fastify.issr.rr('/');
  });

  fastify.issrRoute('/', () => (
    <Layout
      title="Pages that live on the server"
      lead="Each example is one file: a Fastify route that returns JSX. No browser script was written for any of them."
    >
      <ul class="index">
        {EXAMPLES.map(({ href, title, source, shows }) => (
          <li>
            <h2>
              <a href={href}>{title}</a>
            </h2>
            <p>{shows}</p>
            <p class="note">
              <a href={`/source/${source}`}>{source}</a> · {count(href)} open now
            </p>
          </li>
        ))}
      </ul>
    </Layout>
  ));
};

/** `/hello/Ada` → `hello` */
function folder(path: string): string | undefined {
  return path.split('/')[1];
}

export default home;
