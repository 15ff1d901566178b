import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { Layout } from './layout.js';

interface Message {
  /** The id of the page that sent it. */
  from: string;
  name: string;
  text: string;
  time: string;
}

interface Viewer {
  id: string;
  name: string;
  isTyping: boolean;
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

  const add = (message: Message) => {
    messages.push(message);
    messages.splice(0, messages.length - MAX_MESSAGES);
    void fastify.issr.changed('chat');
  };

  fastify.issrRoute(
    '/chat',
    {
      schema,
      actions: {
        send: ({ query, issr }) => {
          add({ from: issr.id, name: nameOf(query), text: query.text, time: now() });
          if (issr.page) issr.page.data.sent = query.text;
        },
      },
    },
    ({ query, issr }) => {
      const { id, action, page } = issr;
      // The field's value is a param until the next event, so the text that was just sent is still here.
      const isTyping = query.text !== '' && query.text !== page?.data.sent;
      // Renders this page when someone arrives, leaves, types or sends.
      const viewers = issr.presence<Viewer>('chat', { id, name: nameOf(query), isTyping });
      const typing = viewers.filter((viewer) => viewer.isTyping && viewer.id !== id);
      return (
        <Layout
          title="Chat"
          lead="Open this page twice. Your draft stays when others write."
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
            {messages.length === 0 && <p class="empty">No messages yet.</p>}
            <p class="typing" role="status">
              {typing.length > 0 && `${typing.map(({ name }) => name).join(', ')} typing …`}
            </p>
            <form onsubmit="rr(this)" oninput="drr(this, 200)">
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
          <p class="note">
            {viewers.length} here now: {viewers.map(({ name }) => name).join(', ')}
          </p>
        </Layout>
      );
    },
  );
};

function nameOf({ name }: { name: string }): string {
  return name.trim() || 'Somebody';
}

function now(): string {
  return new Intl.DateTimeFormat('en-GB', { timeStyle: 'short' }).format();
}

export default chat;
