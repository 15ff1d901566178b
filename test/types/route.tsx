/**
 * Types of a route. Nothing here runs: lines after `@ts-expect-error` must not compile, all others
 * must.
 */
import { Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyRequest } from 'fastify';
import issrPlugin, {
  type IssrAction,
  type IssrOptions,
  type IssrPage,
  memo,
  type issrPlugin as named,
  type UploadedFile,
} from 'fastify-issr';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_: Equal<A, B>): void => undefined;

const fastify = Fastify().withTypeProvider<TypeBoxTypeProvider>();
await fastify.register(issrPlugin);
same<typeof issrPlugin, typeof named>(true);

const schema = {
  params: Type.Object({ name: Type.String() }),
  querystring: Type.Object({ x: Type.Integer({ default: 0 }), tags: Type.Array(Type.String()) }),
  body: Type.Object({ note: Type.String() }),
};

fastify.issrRoute(
  '/uploads',
  {
    uploads: {
      photo: {
        maxBytes: 1,
        types: ['image/*'],
        store: async ({ stream, name }) => ({ path: name, remove: () => stream.destroy() }),
        message: ({ reason }) => reason,
      },
      // @ts-expect-error unknown limit
      note: { maxSize: 1 },
    },
  },
  ({ issr }) => issr.files.photo?.[0]?.path ?? '',
);

fastify.issrRoute('/typed/:name', { schema }, ({ params, query, body, issr }) => {
  same<typeof params, { name: string }>(true);
  same<typeof query.x, number>(true);
  same<typeof query.tags, string[]>(true);
  same<typeof body.note, string>(true);
  same<typeof issr.id, string>(true);
  same<typeof issr.firstTime, boolean>(true);
  same<typeof issr.page, IssrPage | null>(true);
  same<typeof issr.action, IssrAction | null>(true);
  same<typeof issr.files, Readonly<Record<string, readonly UploadedFile[]>>>(true);
  // @ts-expect-error the schema declares no y
  query.y;
  // @ts-expect-error a number is not a string
  query.x.trim();
  // @ts-expect-error there may be no action
  issr.action.name;
  return <p>{query.x}</p>;
});

const actions = { save: async () => 1 };
fastify.issrRoute(
  '/actions/:name',
  {
    schema,
    actions: {
      async add(request) {
        same<typeof request.query.x, number>(true);
        same<typeof request.issr.action, IssrAction>(true);
        // @ts-expect-error the schema declares no y
        request.query.y;
        return request.params.name;
      },
    },
    preHandler: async (request) => same<typeof request.query.x, number>(true),
  },
  async ({ issr }) => {
    same<typeof issr.result, string | undefined>(true);
    return <p />;
  },
);

// The three call forms, and the return types of a handler.
fastify.issrRoute('/a', () => <p />);
fastify.issrRoute('/b', () => '<p></p>');
fastify.issrRoute('/c', async () => <p />);
fastify.issrRoute('/d', (_request, reply) => reply.redirect('/a'));
fastify.issrRoute('/e', async (_request, reply) => {
  reply.redirect('/a');
});
fastify.issrRoute('/f', { actions, handler: () => <p /> });
fastify.issrRoute<{ Querystring: { q: string } }>('/g', ({ query }) => {
  same<typeof query.q, string>(true);
  return <p>{query.q}</p>;
});
fastify.issrRoute('/h', () => <p />).issrRoute('/i', () => <p />);

// @ts-expect-error a route needs a handler
fastify.issrRoute('/bad', { schema });
// @ts-expect-error a number is not a page
fastify.issrRoute('/bad', () => 1);
// @ts-expect-error data is not a page
fastify.issrRoute('/bad', async () => ({ a: 1 }));
// @ts-expect-error an action is a function
fastify.issrRoute('/bad', { actions: { add: 1 } }, () => <p />);
// @ts-expect-error the path comes first
fastify.issrRoute({ url: '/bad', handler: () => <p /> });

// Options and `fastify.issr`.
const options: IssrOptions = {
  resumeWindow: 0,
  onDisconnect: async (_page, reason) => same<typeof reason, string>(false),
};
await fastify.register(issrPlugin, options);
// @ts-expect-error unknown option
await fastify.register(issrPlugin, { resume: 1 });
// @ts-expect-error a time is a number of milliseconds
await fastify.register(issrPlugin, { resumeWindow: '10s' });

fastify.issr.onConnect((page, request) => {
  same<typeof page, IssrPage>(true);
  const handshake: FastifyRequest = request;
  return page.rr({ by: [handshake.ip] });
});
const [page] = fastify.issr.pages.values();
if (page) same<Awaited<ReturnType<typeof fastify.issr.rr>>, number>(true);
if (page) await fastify.issr.rr(page, { x: '1' });
if (page) await fastify.issr.rr([page]);
await fastify.issr.rr('/a');
await fastify.issr.rr(({ params, path }) => path === '/a' && params.get('x') === '1');

// @ts-expect-error a page is not known by a number
fastify.issr.rr(1);
// @ts-expect-error params are strings
fastify.issr.rr('/a', { x: 1 });
// @ts-expect-error the map of pages is read-only
fastify.issr.pages.clear();
// @ts-expect-error a predicate says true or false
fastify.issr.rr(({ path }) => path);

// A memo component takes the props of the component, and they stay checked.
const Row = memo(({ id, name = '' }: { id: number; name?: string }) => <td id={`${id}`}>{name}</td>, {
  max: 10,
});
fastify.issrRoute('/memo', { url: ['x'] }, () => <Row id={1} />);
// @ts-expect-error an id is a number
<Row id="1" />;
// @ts-expect-error the id is missing
<Row />;
// @ts-expect-error names of params are text
fastify.issrRoute('/bad', { url: 'x' }, () => <p />);
