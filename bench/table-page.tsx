/** The page that `work.ts` measures: a table of 1,000 × 5 in which one cell shows `x`. */
import type { ComponentType } from 'preact';

export interface TableRow {
  id: number;
  cells: string[];
}

export const rows: readonly TableRow[] = Array.from({ length: 1000 }, (_, id) => ({
  id,
  cells: Array.from({ length: 5 }, (_, cell) => `row ${id} cell ${cell}`),
}));

export const Row = ({ row: { id, cells } }: { row: TableRow }) => (
  <tr id={`r${id}`}>
    {cells.map((cell) => (
      <td key={cell}>{cell}</td>
    ))}
  </tr>
);

export function Table({
  rows,
  Each,
  who,
}: {
  rows: readonly TableRow[];
  Each: ComponentType<{ row: TableRow }>;
  who?: string | undefined;
}) {
  return (
    <html lang="en">
      <head>
        <title>Table</title>
      </head>
      <body>
        {who && <p>{who}</p>}
        <table>
          <tbody>
            {rows.map((row) => (
              <Each key={row.id} row={row} />
            ))}
          </tbody>
        </table>
      </body>
    </html>
  );
}

/** The rows with a new text in one cell of each row that `isChanged` names. */
export function withCells(text: string, isChanged: (id: number) => boolean): TableRow[] {
  return rows.map((row) => (isChanged(row.id) ? { ...row, cells: row.cells.with(2, text) } : row));
}

export function withSwap(first: number, second: number): TableRow[] {
  return rows.with(first, rows[second] as TableRow).with(second, rows[first] as TableRow);
}
