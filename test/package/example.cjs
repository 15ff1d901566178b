// The README's example, as an app in CommonJS writes it.
const Fastify = require('fastify');
const { issrPlugin } = require('fastify-issr');
const { h } = require('preact');

const schema = { querystring: { type: 'object', properties: { x: { type: 'integer', default: 0 } } } };

async function start() {
  const fastify = Fastify();
  await fastify.register(issrPlugin);
  fastify.issrRoute('/example', { schema }, ({ query: { x } }) =>
    h(
      'body',
      null,
      h(
        'ul',
        null,
        Array.from({ length: x }, (_, n) => h('li', null, n + 1)),
      ),
      h('button', { onclick: 'rr(this)', action: 'x', value: x + 1 }, 'add'),
    ),
  );
  await fastify.listen({ port: 0 });
  console.log(fastify.listeningOrigin);
}

start();
