/** Types of an event stream: nothing here runs. */
import { Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify from 'fastify';
import issrPlugin, { type IssrStreamOptions } from 'fastify-issr';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_: Equal<A, B>): void => undefined;

const fastify = Fastify().withTypeProvider<TypeBoxTypeProvider>();
await fastify.register(issrPlugin);

fastify
  .issrStream('/room/:name', (stream, { params }) => {
    same<typeof params, { name: string }>(true);
    same<typeof stream.request.params.name, string>(true);
    same<typeof stream.lastEventId, string | null>(true);
    if (!stream.subscribe(params.name)) stream.send({ any: ['JSON'] }, { event: 'all' });
    // @ts-expect-error unknown option of `send`
    stream.send('x', { id: '1' });
    // @ts-expect-error a channel is a string
    stream.subscribe(1);
  })
  .issrRoute('/', () => 'html');

const schema = { params: Type.Object({ id: Type.Integer() }) };
fastify.issrStream('/item/:id', { schema, retry: 5000 }, async (stream, { params }, reply) => {
  same<typeof params.id, number>(true);
  if (params.id === 0) return reply.code(204).send();
  return stream.subscribe(`item ${params.id}`);
});

same<number, ReturnType<typeof fastify.issr.publish>>(true);
fastify.issr.publish('a', 'x', { event: 'e', id: 'i' });
// @ts-expect-error a handler is needed
fastify.issrStream('/', {});
// @ts-expect-error times are numbers
const wrong: IssrStreamOptions = { retry: '1' };
void wrong;
