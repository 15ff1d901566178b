/**
 * Types of declared actions. Nothing here runs: lines after `@ts-expect-error` must not compile, all
 * others must.
 */
import { Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyReply } from 'fastify';
import issrPlugin, { defineActions } from 'fastify-issr';
import { z } from 'zod';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_: Equal<A, B>): void => undefined;

const fastify = Fastify().withTypeProvider<TypeBoxTypeProvider>();
await fastify.register(issrPlugin);

const todo = defineActions({
  add: {
    schema: Type.Object({ title: Type.String({ minLength: 1 }), note: Type.Optional(Type.String()) }),
    async handler(request) {
      same<typeof request.query, { title: string; note?: string }>(true);
      same<typeof request.issr.action.name, string>(true);
      // @ts-expect-error the schema declares no text
      request.query.text;
      return { added: request.query.title };
    },
  },
  remove: {
    value: Type.Integer(),
    preHandler: async (_request, reply) => reply.code(403),
    lock: true,
    handler: async (_request, id) => {
      same<typeof id, number>(true);
      return id;
    },
  },
  move: { value: Type.Union([Type.Literal('up'), Type.Literal('down')]), handler: (_request, way) => way },
  plain: { value: { type: 'integer' } as const, handler: (_request, n) => n.toFixed() },
  clear: async () => {},
  text: { handler: (_request, value) => value.trim() },
  assign: {
    value: Type.Union([Type.Integer(), Type.Null()]),
    handler: (_request, id) => {
      same<typeof id, number | null>(true);
    },
  },
  pick: {
    value: z.enum(['a', 'b']),
    handler: (_request, letter) => void same<typeof letter, 'a' | 'b'>(true),
  },
  order: { value: Type.Array(Type.Integer()), handler: () => {} },
  zod: {
    schema: z.object({ title: z.string(), note: z.string().optional() }),
    handler({ query }) {
      same<typeof query, { title: string; note?: string | undefined }>(true);
      // @ts-expect-error the schema declares no text
      query.text;
    },
  },
});
same<ReturnType<typeof todo.remove>['formmethod'], 'post'>(true);

fastify.issrRoute('/', { actions: todo }, async ({ issr }) => {
  same<typeof issr.result, { added: string } | number | string | undefined>(true);
  return (
    <form {...todo.add.form()}>
      <button {...todo.remove(17)}>remove</button>
      <button {...todo.move('up')}>up</button>
      <button {...todo.clear()}>clear</button>
      <button {...todo.assign(null)}>nobody</button>
      <button {...todo.pick('a')}>a</button>
    </form>
  );
});

const mixed = defineActions({
  save: { schema: Type.Object({}), handler: async () => ({ saved: true }) },
  leave: (_request, reply) => reply.redirect('/'),
  nothing: () => {},
});
fastify.issrRoute('/mixed', { actions: mixed }, ({ issr: { result } }) => {
  // An action that answers, or returns nothing, adds nothing to the type.
  same<typeof result, { saved: boolean } | undefined>(true);
  // @ts-expect-error no action returns it
  result?.added;
  // @ts-expect-error there may be no result
  result.saved;
  return <p />;
});

const chat = defineActions({
  ask: {
    value: Type.String(),
    async *handler(_request, question) {
      yield { text: question, isDone: false as const };
      return { text: question, isDone: true as const };
    },
  },
  async *count() {
    yield 1;
  },
  stop: { handler: ({ issr }) => issr.stop('ask') },
});

fastify.issrRoute('/chat', { actions: chat }, ({ issr }) => {
  same<
    typeof issr.result,
    { text: string; isDone: false } | { text: string; isDone: true } | number | undefined
  >(true);
  return <button {...chat.ask('why')}>ask</button>;
});

const plain = defineActions({
  clear: async (request, reply) => {
    same<typeof request.query, unknown>(true);
    same<typeof request.issr.action.name, string>(true);
    same<typeof reply, FastifyReply>(true);
    // @ts-expect-error no schema declares a title
    request.query.title;
    return request.id.length;
  },
  async *count({ issr }) {
    yield issr.action.value;
  },
  keep: { value: Type.Integer(), handler: (_request, id) => id > 0 },
});
fastify.issrRoute('/plain', { actions: plain }, ({ issr }) => {
  same<typeof issr.result, number | string | boolean | undefined>(true);
  return <button {...plain.clear()}>clear</button>;
});
// @ts-expect-error a function has no value
plain.clear(1);

const ticket = {
  params: Type.Object({ id: Type.Integer() }),
  querystring: Type.Object({ tab: Type.Optional(Type.String()), title: Type.Optional(Type.String()) }),
};
const tickets = defineActions(ticket, {
  rename: {
    schema: Type.Object({ title: Type.String() }),
    preHandler: async ({ params }) => void same<typeof params, { id: number }>(true),
    handler({ params, query }) {
      same<typeof params, { id: number }>(true);
      same<typeof query.title, string>(true);
      same<typeof query.tab, string | undefined>(true);
      return params.id;
    },
  },
  assign: { value: Type.Integer(), handler: ({ params: { id } }, person) => [id, person] },
  close: ({ params, query }) => {
    same<typeof params, { id: number }>(true);
    same<typeof query, { tab?: string; title?: string }>(true);
    // @ts-expect-error the path declares only an id
    params.name;
  },
});
const byJson = {
  params: { type: 'object', properties: { id: { type: 'integer' } }, required: ['id'] },
} as const;
defineActions(byJson, { close: ({ params }) => void same<typeof params, { id: number }>(true) });
defineActions({ params: z.object({ id: z.number() }) }, { close: ({ params: { id } }) => id.toFixed() });
defineActions(ticket, {
  // @ts-expect-error a field of another kind
  add: { lock: 'yes', handler: () => {} },
});

fastify.issrRoute(
  '/tickets/:id',
  { schema: ticket, actions: { ...todo, ...tickets } },
  ({ issr, params }) => {
    same<typeof issr.result, { added: string } | number | string | number[] | undefined>(true);
    return <button {...tickets.assign(params.id)}>assign</button>;
  },
);
const text = { params: Type.Object({ id: Type.String() }) };
// @ts-expect-error the route's id is text
fastify.issrRoute('/texts/:id', { schema: text, actions: tickets }, () => <p />);
Fastify().issrRoute('/tickets/:id', { schema: byJson, actions: tickets }, () => <p />);

// @ts-expect-error unknown action
todo.delete(17);
// @ts-expect-error unknown action of a form
todo.adds.form();
// @ts-expect-error a button sends no list
todo.order([1, 2]);
// @ts-expect-error the value is a number or null
todo.assign('17');
// @ts-expect-error one of two letters, by zod
todo.pick('c');
// @ts-expect-error a field of another kind
defineActions({ add: { lock: 'yes', handler: () => {} } });
// @ts-expect-error a handler is a function
defineActions({ add: { handler: 'save' } });
// @ts-expect-error the value is a number
todo.remove('17');
// @ts-expect-error the value is missing
todo.remove();
// @ts-expect-error the value is one of two words
todo.move('left');
// @ts-expect-error the action has no value schema
todo.clear(1);
// @ts-expect-error the form's action has no value schema
todo.add.form('x');
// @ts-expect-error unknown field of an action
defineActions({ add: { handle: () => {} } });
// @ts-expect-error an action is a function or an object
defineActions({ add: 1 });
