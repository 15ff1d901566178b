import { join } from 'node:path';
import sensible from '@fastify/sensible';
import fastifyStatic from '@fastify/static';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { Layout } from './layout.js';
import { addSessions } from './session.js';

declare module 'fastify' {
  interface Session {
    looks?: number;
  }
}

const COLOURS = ['black', 'white'];
const ROWS = [1, 2, 3];
/** Games by id. */
const GAMES = new Map([
  ['go', { title: 'Go', origin: 'China' }],
  ['nim', { title: 'Nim', origin: 'unknown' }],
  ['mancala', { title: 'Mancala', origin: 'East Africa' }],
]);

const params = Type.Object({ game: Type.String({ maxLength: 20 }) });
const stones = Type.Integer({ minimum: 2, maximum: 64, multipleOf: 2 });
const querystring = Type.Object({
  player: Type.String({ default: '', maxLength: 40 }),
  stones: Type.Optional(stones),
  colour: Type.Enum(COLOURS, { default: 'black' }),
  rows: Type.Array(Type.Integer({ minimum: 1, maximum: 3 }), { default: [], maxItems: 3 }),
  position: Type.Optional(Type.Object({ row: Type.Integer(), column: Type.Integer() })),
});

const house: FastifyPluginAsyncTypebox = async (fastify) => {
  await fastify.register(sensible);
  await addSessions(fastify, 'house');
  const root = join(import.meta.dirname, 'public');
  await fastify.register(fastifyStatic, { root, prefix: '/house/files/', decorateReply: false });

  /** Looks up the game before the handler. Answers 404 if it is unknown. */
  const findGame = (request: FastifyRequest) => {
    const game = GAMES.get((request.params as { game: string }).game);
    if (!game) throw fastify.httpErrors.notFound('There is no such game.');
    return game;
  };

  fastify.get('/houses', (_request, reply) => reply.redirect('/house', 301));
  fastify.get('/house', (_request, reply) => reply.redirect('/house/go', 307));
  fastify.get('/house/:game/rules.json', { schema: { params } }, (request) => findGame(request));
  fastify.put('/house/:game/stones', { schema: { params, body: Type.Object({ stones }) } }, (request) => ({
    game: findGame(request).title,
    pairs: request.body.stones / 2,
  }));

  fastify.issrRoute(
    '/house/:game',
    {
      schema: { params, querystring },
      preValidation: async ({ query }) => readJson(query as Record<string, unknown>, 'position'),
      // The page shows invalid values. Fastify would answer 400.
      attachValidation: true,
      actions: {
        forAllHosts: async ({ hostname, query }, reply) => {
          reply.setCookie('colour', query.colour, { path: '/', domain: hostname, sameSite: 'lax' });
        },
      },
    },
    (request, reply) => {
      const { query, session, validationError, issr } = request;
      const game = findGame(request);
      if (validationError) reply.code(400);
      if (issr.firstTime) session.looks = (session.looks ?? 0) + 1;
      return (
        <Layout
          title={game.title}
          lead="Each field has a type: the handler receives numbers, lists and objects, or an error."
          source="house.tsx"
        >
          <nav class="row games" aria-label="Games">
            {Array.from(GAMES, ([name, { title }]) => (
              <a
                class="chip"
                href={`/house/${name}`}
                onclick="rr(this)"
                aria-current={game.title === title && 'page'}
              >
                {title}
              </a>
            ))}
          </nav>
          <div class="columns">
            <form class="panel fields" oninput="drr(this, 100)" onsubmit="rr(this)">
              <Fields />
              <button type="button" onclick="rr(this)" action="forAllHosts">
                remember the colour
              </button>
            </form>
            <section class="panel">
              <h2>The handler received</h2>
              <p class="problem" role="alert">
                {validationError?.message}
              </p>
              <dl class="arrived">
                {Object.entries(validationError ? {} : query).map(([name, value]) => (
                  <div key={name}>
                    <dt>{name}</dt>
                    <dd>{JSON.stringify(value)}</dd>
                  </div>
                ))}
              </dl>
              <p class="note">
                From {game.origin}. <a href={`/house/${request.params.game}/rules.json`}>As JSON</a>, and{' '}
                <a href="/house/files/island.svg">a file</a>.
              </p>
              <p class="note">
                Loads in this session: {session.looks}. Remembered colour:{' '}
                {issr.action && !issr.refused ? query.colour : (request.cookies.colour ?? 'none')}.
              </p>
            </section>
          </div>
        </Layout>
      );
    },
  );
};

/** A param that is JSON: the schema is to see what it says. What cannot be read stays a text, and is refused as one. */
function readJson(query: Record<string, unknown>, name: string): void {
  const text = query[name];
  if (text === '') delete query[name];
  if (typeof text !== 'string' || text === '') return;
  try {
    query[name] = JSON.parse(text);
  } catch {}
}

function Fields() {
  return (
    <>
      <label>
        A string
        <input name="player" maxlength={40} autocomplete="off" />
      </label>
      <label>
        An even integer from 2 to 64
        <input name="stones" value="8" inputmode="numeric" autocomplete="off" />
      </label>
      <label>
        One of two
        <select name="colour">
          {COLOURS.map((colour) => (
            <option>{colour}</option>
          ))}
        </select>
      </label>
      <fieldset>
        <legend>A list of integers</legend>
        {ROWS.map((row) => (
          <label class="choice">
            <input type="checkbox" name="rows" value={row} /> row {row}
          </label>
        ))}
      </fieldset>
      <label>
        JSON
        <input name="position" value='{"row":1,"column":2}' autocomplete="off" spellcheck={false} />
      </label>
    </>
  );
}

export default house;
