import type { FastifyPluginAsync } from 'fastify';
import { defineActions } from 'fastify-issr';
import { Layout } from './layout.js';

const COLUMNS = ['To do', 'Doing', 'Done'] as const;
/** Limit of the middle column. */
const MAX_DOING = 3;

interface Card {
  id: number;
  text: string;
  column: number;
}

const TEXTS = [
  'Prune the roses',
  'Order bulbs',
  'Mend the fence',
  'Sow lettuce',
  'Paint the bench',
  'Clean the pond',
  'Turn the compost',
];

const board: FastifyPluginAsync = async (fastify) => {
  let cards: Card[] = TEXTS.map((text, id) => ({ id, text, column: id % 3 }));

  /** `5 1 0`: card 5 goes to column 1, before the card at place 0. */
  const move = (value: string): boolean => {
    const [id, column = -1, place = 0] = value.split(' ').map(Number);
    const card = cards.find((one) => one.id === id);
    if (!card || COLUMNS[column] === undefined) return false;
    const others = cards.filter((one) => one !== card);
    const inColumn = others.filter((one) => one.column === column);
    if (column === 1 && inColumn.length >= MAX_DOING) return false;
    inColumn.splice(place, 0, { ...card, column });
    cards = [...others.filter((one) => one.column !== column), ...inColumn];
    void fastify.issr.changed('board');
    return true;
  };

  const actions = defineActions({
    move: { response: { type: 'boolean' }, handler: (_request, value) => move(value) },
  });

  fastify.issrRoute('/board', { actions }, ({ issr }) => {
    issr.watch('board');
    return (
      <Layout
        title="Board"
        lead={`Drag a card, or use its arrows. “Doing” holds ${MAX_DOING} cards: the server refuses more, and the card moves back.`}
        source="board.tsx"
      >
        <form method="post">
          <div class="board">
            {COLUMNS.map((name, column) => (
              <section class="panel" aria-label={name}>
                <h2>{name}</h2>
                <ul data-column={column}>
                  {cards
                    .filter((card) => card.column === column)
                    .map((card) => (
                      <CardView card={card} />
                    ))}
                </ul>
              </section>
            ))}
          </div>
        </form>
        <script src="/board.js" defer />
      </Layout>
    );
  });
};

function CardView({ card: { id, text, column } }: { card: Card }) {
  return (
    <li id={`card-${id}`} draggable={true} data-card={id}>
      <span class="card">{text}</span>
      {[column - 1, column + 1].map(
        (to) =>
          COLUMNS[to] && (
            <button
              type="submit"
              data-rr="click"
              action="move"
              value={`${id} ${to} 0`}
              formaction={`?move=${id}+${to}+0`}
              pending="class +moving closest li"
              aria-label={`Move ${text} to ${COLUMNS[to]}`}
            >
              {to < column ? '←' : '→'}
            </button>
          ),
      )}
    </li>
  );
}

export default board;
