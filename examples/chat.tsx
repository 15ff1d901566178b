import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox';
import type { IssrPage } from 'fastify-issr';
import { Layout } from './layout.js';

interface Message {
  /** The id of the page that sent it. */
  from: string;
  name: string;
  text: string;
  time: string;
}

const MAX_MESSAGES = 50;
const schema = {
  querystring: Type.Object({
    name: Type.String({ default: '', maxLength: 24 }),
    text: Type.String({ default: '', maxLength: 300 }),
  }),
};

const chat: FastifyPluginAsyncTypebox = async (fastify) => {
  const messages: Message[] = [];
  const here = new Set<IssrPage>();

  fastify.issr.onConnect((page) => {
    if (page.path !== '/chat') return;
    here.add(page);
    void fastify.issr.rr('/chat');
  });
  fastify.issr.onDisconnect((page) => {
    if (here.delete(page)) void fastify.issr.rr('/chat');
  });

  const send = (from: string, name: string, text: string) => {
    messages.push({ from, name: name.trim() || 'Somebody', text, time: now() });
    messages.splice(0, messages.length - MAX_MESSAGES);
    void fastify.issr.rr('/chat');
  };

  fastify.issrRoute(
    '/chat',
    { schema, actions: { send: async ({ query, issr }) => send(issr.id, query.name, query.text) } },
    ({ issr: { id, action } }) => (
      <Layout
        title="Chat"
        lead="Open this page twice. What you are typing stays when others write."
        source="chat.tsx"
      >
        <section class="panel chat">
          <div class="log" role="log">
            <ol>
              {messages.map((message) => (
                <li class={message.from === id ? 'mine' : 'theirs'}>
                  <b>{message.name}</b> <time>{message.time}</time>
                  <p>{message.text}</p>
                </li>
              ))}
            </ol>
          </div>
          {messages.length === 0 && <p class="empty">No message yet.</p>}
          <form onsubmit="rr(this)">
            <label>
              Name
              <input name="name" maxlength={24} placeholder="Somebody" autocomplete="nickname" />
            </label>
            <label>
              Message
              {/* With `update` the empty value of the answer to a send replaces what was typed. */}
              <input
                name="text"
                value=""
                update={action?.name === 'send'}
                maxlength={300}
                autocomplete="off"
                required
              />
            </label>
            <button class="primary" action="send">
              send
            </button>
          </form>
        </section>
        <p class="note">{here.size} here now</p>
      </Layout>
    ),
  );
};

function now(): string {
  return new Intl.DateTimeFormat('en-GB', { timeStyle: 'short' }).format();
}

export default chat;
