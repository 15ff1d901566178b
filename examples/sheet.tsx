import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { memo } from 'fastify-issr';
import { Type } from 'typebox';
import { Layout } from './layout.js';

const COLUMNS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
const ROWS = 100;

type Row = readonly string[];

interface Viewer {
  /** The id of its page. */
  id: string;
  name: string;
  /** The cell that has the focus, as `B3`. */
  at: string;
}

const cell = Type.String({ default: '', pattern: '^([A-Z]([1-9][0-9]?|100))?$' });
const schema = {
  querystring: Type.Object({ at: cell, cell, name: Type.String({ default: '', maxLength: 24 }) }),
};

const sheet: FastifyPluginAsyncTypebox = async (fastify) => {
  const rows: Row[] = Array.from({ length: ROWS }, () => COLUMNS.map(() => ''));

  /** A row is replaced, not changed: `memo` compares its props by identity. */
  function write(cell: string, text: string) {
    const index = Number(cell.slice(1)) - 1;
    const row = rows[index];
    if (!row) return;
    rows[index] = row.with(COLUMNS.indexOf(cell.charAt(0)), text.trim().slice(0, 40));
    void fastify.issr.changed('sheet');
  }

  fastify.issrRoute(
    '/sheet',
    { schema, actions: { write: ({ query, issr }) => write(query.cell, issr.action.value) } },
    ({ query, issr }) => {
      const self: Viewer = { id: issr.id, name: query.name.trim() || 'Somebody', at: query.at };
      const others = issr.presence<Viewer>('sheet', self).filter(({ id }) => id !== issr.id);
      const taken = others.map(({ at }) => at).sort();
      return (
        <Layout
          title="Sheet"
          lead="Open it twice and type in both. A cell is shared when you leave it. The one you are typing in stays yours."
          source="sheet.tsx"
        >
          <div class="row">
            <label>
              Name
              <input name="name" maxlength={24} placeholder="Somebody" oninput="drr(this, 200)" />
            </label>
            <p class="here" role="status">
              {others.map(({ name, at }) => `${name} ${at && `in ${at}`}`.trim()).join(', ') ||
                'Only you are here.'}
            </p>
          </div>
          {/* Browsers would make a box that scrolls a stop of Tab; its cells are. */}
          <div class="sheet" tabindex={-1}>
            <table>
              <thead>
                <tr>
                  <td class="corner" />
                  {COLUMNS.map((column) => (
                    <th scope="col">{column}</th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {rows.map((row, index) => (
                  <SheetRow
                    row={row}
                    number={index + 1}
                    taken={taken.filter((cell) => cell.slice(1) === `${index + 1}`).join()}
                  />
                ))}
              </tbody>
              <tfoot>
                <tr>
                  <th scope="row" class="corner">
                    Σ
                  </th>
                  {COLUMNS.map((_, column) => (
                    <td>{sum(rows.map((row) => row[column] ?? ''))}</td>
                  ))}
                </tr>
              </tfoot>
            </table>
          </div>
        </Layout>
      );
    },
  );
};

interface SheetRowProps {
  row: Row;
  number: number;
  /** Cells of this row in which others are, as `B3,D3`. */
  taken: string;
}

/** Rendered once for all visitors, until its texts or the visitors in it change. */
const SheetRow = memo(({ row, number, taken }: SheetRowProps) => (
  <tr>
    <th scope="row">{number}</th>
    {row.map((text, column) => {
      const cell = `${COLUMNS[column]}${number}`;
      return (
        <td class={taken.split(',').includes(cell) ? 'taken' : undefined}>
          <input
            aria-label={cell}
            action="write"
            with={`cell=${cell}`}
            value={text}
            maxlength={40}
            onfocus={`rr({ action: 'at', value: '${cell}' })`}
            onchange="rr(this)"
          />
        </td>
      );
    })}
  </tr>
));

/** Nothing for a column without numbers. */
function sum(texts: string[]): number | undefined {
  const numbers = texts
    .filter((text) => text !== '')
    .map(Number)
    .filter(Number.isFinite);
  if (numbers.length > 0) return Number(numbers.reduce((a, b) => a + b).toFixed(6));
}

export default sheet;
