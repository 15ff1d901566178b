import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';

const schema = {
  params: Type.Object({ room: Type.Enum(['bongo', 'fury']) }),
  querystring: Type.Object({ name: Type.String({ default: 'Somebody', maxLength: 24 }) }),
};

/** A chat server without pages: open `ws://localhost:3000/rooms/bongo?name=Ada` with any websocket client. */
const rooms: FastifyPluginAsyncTypebox = async (fastify) => {
  fastify.issrSocket(
    '/rooms/:room',
    { schema },
    {
      data: ({ query, params }) => ({ name: query.name, room: params.room }),
      open: (user) => user.resource.broadcast(`${user.data.name} has joined ${user.data.room}`),
      message: (user, text) => user.resource.broadcast(`${user.data.name} says ${text}`),
      close: (user) => user.resource.broadcast(`${user.data.name} has left ${user.data.room}`),
    },
  );
};

export default rooms;
