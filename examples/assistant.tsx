import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { defineActions, type IssrPage } from 'fastify-issr';
import { Type } from 'typebox';
import { Layout } from './layout.js';
import { PLANTS } from './plants.js';

interface Turn {
  question: string;
  answer: string;
  isLiked: boolean;
}

const chat = defineActions({
  ask: {
    schema: Type.Object({ question: Type.String({ minLength: 1, maxLength: 200 }) }),
    async *handler({ query: { question }, issr, signal }) {
      const turn: Turn = { question, answer: '', isLiked: false };
      const turns = turnsOf(issr.page);
      turns.push(turn);
      try {
        for await (const token of generate(question, signal)) {
          turn.answer += token;
          yield { turns, isAnswering: true };
        }
      } catch {
        turn.answer += '…';
      }
      return { turns, isAnswering: false };
    },
  },
  stop: { handler: ({ issr }) => issr.stop('ask') },
  like: {
    value: Type.Integer(),
    handler: ({ issr }, index) => {
      const turn = turnsOf(issr.page)[index];
      if (turn) turn.isLiked = !turn.isLiked;
    },
  },
});

const assistant: FastifyPluginAsyncTypebox = async (fastify) => {
  fastify.issrRoute('/assistant', { actions: chat }, ({ issr }) => {
    const { turns = turnsOf(issr.page), isAnswering = false } = issr.result ?? {};
    return (
      <Layout
        title="Assistant"
        lead="The answer arrives word by word, from an action that yields. The page stays usable meanwhile."
        source="assistant.tsx"
      >
        <section class="panel chat assistant">
          <div class="log" role="log" aria-busy={isAnswering ? 'true' : undefined}>
            <ol>
              {turns.map(({ question, answer, isLiked }, index) => (
                <>
                  <li class="mine">
                    <p>{question}</p>
                  </li>
                  <li class="theirs">
                    <p>{answer || '…'}</p>
                    <button class="rate" {...chat.like(index)} type="button" aria-pressed={isLiked}>
                      helpful
                    </button>
                  </li>
                </>
              ))}
            </ol>
          </div>
          {turns.length === 0 && <p class="empty">Ask about a rose, an oak, or “all plants”.</p>}
          <form {...chat.ask.form()}>
            <label>
              Question
              <input
                name="question"
                value=""
                update={issr.action?.name === 'ask'}
                maxlength={200}
                autocomplete="off"
                required
              />
            </label>
            {isAnswering ? (
              <button class="ask" {...chat.stop()} type="button">
                stop
              </button>
            ) : (
              <button class="primary ask">ask</button>
            )}
          </form>
        </section>
      </Layout>
    );
  });
};

/** The conversation of a page. A form without script belongs to none: its conversation has one turn. */
function turnsOf(page: IssrPage | null): Turn[] {
  if (!page) return [];
  page.data.turns ??= [];
  return page.data.turns as Turn[];
}

/** A language model would be asked here. This one knows the plants of its site. */
async function* generate(question: string, signal: AbortSignal): AsyncGenerator<string> {
  for (const word of answerTo(question).split(/(?<= )/)) {
    await sleep(40, undefined, { signal });
    yield word;
  }
}

function answerTo(question: string): string {
  const words: string[] = question.toLowerCase().match(/[a-z]{3,}/g) ?? [];
  if (words.includes('all')) return `I know ${PLANTS.map(([name]) => name).join(', ')}.`;
  const found = PLANTS.filter(([name]) => words.some((word) => name.toLowerCase().includes(word))).slice(
    0,
    4,
  );
  if (found.length === 0) return 'I do not know that. Ask me about a plant, such as a rose or an oak.';
  const names = found.map(([name, botanical]) => `The botanical name of ${name} is ${botanical}.`).join(' ');
  return `${names} Is there another plant you would like to know about?`;
}

export default assistant;
