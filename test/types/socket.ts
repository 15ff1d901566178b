/** Types of a websocket resource: nothing here runs. */
import { Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify from 'fastify';
import issrPlugin, { type IssrSocketOptions } from 'fastify-issr';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_: Equal<A, B>): void => undefined;

const fastify = Fastify().withTypeProvider<TypeBoxTypeProvider>();
await fastify.register(issrPlugin);

const room = fastify.issrSocket('/chat/:room/:seat', {
  data: async (request) => ({ name: request.params.room, seat: 1 }),
  open(socket) {
    same<typeof socket.data, { name: string; seat: number }>(true);
    same<typeof socket.request.params, { room: string; seat: string }>(true);
    socket.resource.broadcast('x', { except: socket });
    // @ts-expect-error unknown param
    socket.request.params.table;
    // @ts-expect-error unknown property
    socket.data.age;
  },
  message(socket, text) {
    same<typeof text, string>(true);
    // @ts-expect-error a number is not a message
    socket.send(1);
  },
  binary: (_socket, data) => same<typeof data, Buffer>(true),
  close: (_socket, code, reason) => {
    same<typeof code, number>(true);
    same<typeof reason, string>(true);
  },
  error: (_socket, error) => same<typeof error, unknown>(true),
});
room.at({ room: 'bongo', seat: '1' }).broadcast(new Uint8Array());
// @ts-expect-error a param is missing
room.at({ room: 'bongo' });
for (const socket of room.clients) same<typeof socket.data.seat, number>(true);

const schema = {
  params: Type.Object({ id: Type.Integer() }),
  querystring: Type.Object({ since: Type.Integer() }),
};
const items = fastify.issrSocket(
  '/item/:id',
  { schema, maxFrameBytes: 100, preHandler: async (request) => same<typeof request.params.id, number>(true) },
  {
    authorize: ({ params, query }) => (params.id > query.since ? true : 404),
    open(socket) {
      same<typeof socket.request.params.id, number>(true);
      same<typeof socket.data, Record<string, unknown>>(true);
    },
  },
);
items.at({ id: 1 });
// @ts-expect-error an id is a number
items.at({ id: '1' });

fastify.issrSocket('/from/:a-:b/:file.png/*', {
  open: ({ request }) =>
    same<typeof request.params, { a: string; b: string; file: string; '*': string }>(true),
});

// @ts-expect-error a verdict is a boolean or a status
fastify.issrSocket('/', { authorize: () => 'yes' });
// @ts-expect-error unknown handler
fastify.issrSocket('/', { message: () => {}, mesage: () => {} });
// @ts-expect-error sizes are numbers
const wrong: IssrSocketOptions = { maxFrameBytes: '1' };
void wrong;
