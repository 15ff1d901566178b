import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { memo } from 'fastify-issr';
import { Type } from 'typebox';
import { Layout } from './layout.js';
import { PLANTS } from './plants.js';

const LENGTH = 10_000;
const STEP = 50;

const schema = {
  querystring: Type.Object({ n: Type.Integer({ default: STEP, minimum: STEP, maximum: LENGTH }) }),
};
const plantSchema = { params: Type.Object({ number: Type.Integer({ minimum: 1, maximum: LENGTH }) }) };

const plantOf = (number: number) => PLANTS[number % PLANTS.length] ?? ['', ''];

const Row = memo(({ number }: { number: number }) => {
  const [name, botanical] = plantOf(number);
  return (
    <li key={number}>
      <a href={`/feed/${number}`} data-rr="click">
        {name}
      </a>{' '}
      <i lang="la">{botanical}</i> <span class="note">{number.toLocaleString('en')}</span>
    </li>
  );
});

/** Many rows as one, so that a long list is put together from few pieces. */
const Rows = memo(({ from, to }: { from: number; to: number }) => (
  <>
    {Array.from({ length: to - from }, (_, i) => (
      <Row number={from + i + 1} />
    ))}
  </>
));

const feed: FastifyPluginAsyncTypebox = async (fastify) => {
  // The address follows, so that Back returns to the same rows and to the place among them.
  fastify.issrRoute('/feed', { schema, url: ['n'] }, ({ query: { n } }) => (
    <Layout
      title="Endless list"
      lead={`${LENGTH.toLocaleString('en')} plants, ${STEP} at a time. More load when the end comes into view.`}
      source="feed.tsx"
    >
      <input type="hidden" name="n" value={n} />
      <ol class="found">
        {Array.from({ length: Math.ceil(n / STEP) }, (_, i) => (
          <Rows from={i * STEP} to={Math.min((i + 1) * STEP, n)} />
        ))}
      </ol>
      {n < LENGTH && (
        <p key={n} class="row" data-rr="visible" with={`n=${n + STEP}`}>
          <a class="button" href={`?n=${n + STEP}`}>
            More plants
          </a>
        </p>
      )}
    </Layout>
  ));

  fastify.issrRoute('/feed/:number', { schema: plantSchema }, ({ params: { number } }) => {
    const [name, botanical] = plantOf(number);
    return (
      <Layout title={name} lead={<i lang="la">{botanical}</i>} source="feed.tsx">
        <p class="row">
          <a class="button" href="/feed" data-rr="click">
            All plants
          </a>
        </p>
      </Layout>
    );
  });
};

export default feed;
