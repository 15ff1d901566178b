import Database from 'libsql';
import { type Static, Type } from 'typebox';

export const STATUSES = ['New', 'Active', 'Waiting', 'Solved'] as const;
export const PRIORITIES = ['High', 'Normal', 'Low'] as const;
export type Status = (typeof STATUSES)[number];

/** The part of a ticket that its requester writes. */
export const draft = Type.Object({
  title: Type.String({ title: 'Subject', minLength: 5, maxLength: 80, errorMessage: '5 to 80 characters' }),
  requester: Type.String({ title: 'E-mail', format: 'email', maxLength: 80, errorMessage: 'Not an address' }),
  priority: Type.Enum(PRIORITIES, { title: 'Priority', default: 'Normal' }),
  text: Type.String({ title: 'Message', minLength: 10, maxLength: 2000, errorMessage: '10 or more letters' }),
});

export const work = Type.Object({ ...draft.properties, status: Type.Enum(STATUSES, { title: 'Status' }) });
/** With the name of the person who works on it, and milliseconds since 1970. */
export type Ticket = Static<typeof work> & { id: number; assignee: string | null; created: number };
export type Comment = { id: number; ticket: number; author: string; text: string; created: number };
export type Attachment = { id: number; ticket: number; name: string; type: string };
type Rows = { ticket: Ticket; comment: Comment; attachment: Attachment & { bytes: Buffer } };
/** A row to add. The database has values for the other columns. */
type New<Row> = Partial<Row> & Omit<Row, 'id' | 'created' | 'status' | 'assignee'>;

const TABLES = `
  PRAGMA foreign_keys = ON;
  CREATE TABLE IF NOT EXISTS ticket (
    id INTEGER PRIMARY KEY, title TEXT UNIQUE COLLATE NOCASE, requester TEXT, priority TEXT, text TEXT,
    status TEXT DEFAULT 'New', assignee TEXT, created INTEGER DEFAULT (1000 * unixepoch()));
  CREATE TABLE IF NOT EXISTS comment (
    id INTEGER PRIMARY KEY, ticket INTEGER REFERENCES ticket ON DELETE CASCADE,
    author TEXT, text TEXT, created INTEGER DEFAULT (1000 * unixepoch()));
  CREATE TABLE IF NOT EXISTS attachment (
    id INTEGER PRIMARY KEY, ticket INTEGER REFERENCES ticket ON DELETE CASCADE, name TEXT, type TEXT, bytes BLOB)`;

/** Columns by which a list is sorted. */
const ORDERS = {
  Subject: 'title',
  Requester: 'requester',
  Priority: `instr('${PRIORITIES}', priority)`,
  Status: `instr('${STATUSES}', status)`,
  Assignee: 'assignee NULLS LAST',
  Created: 'created DESC',
};
export type Sort = keyof typeof ORDERS;
export const SORTS = Object.keys(ORDERS) as Sort[];

export type Desk = ReturnType<typeof openDesk>;

/** Opens the database. Each write names the keys that it changed, and the pages that watch them are rendered again. */
export function openDesk(file = ':memory:', changed: (...keys: string[]) => void) {
  const database = new Database(file);
  database.exec(TABLES);
  const all = <Row>(sql: string, values: unknown) => database.prepare(sql).all(values) as Row[];

  return {
    find({ q = '', status = '', sort = 'Created' }: { q?: string; status?: Status | ''; sort?: Sort } = {}) {
      const isFound = `instr(lower(title || ' ' || requester), lower($q)) AND $status IN ('', status)`;
      const sql = `SELECT * FROM ticket WHERE ${isFound} ORDER BY ${ORDERS[sort]}, id DESC`;
      return all<Ticket>(sql, { q, status });
    },
    ticket: (id: number) => all<Ticket>('SELECT * FROM ticket WHERE id = ?', id)[0],
    /** Whether another ticket has this subject. */
    isTaken: (title = '', id = 0) =>
      !!all('SELECT 1 FROM ticket WHERE title = ? AND id <> ?', [title, id])[0],
    comments: (ticket: number) => all<Comment>('SELECT * FROM comment WHERE ticket = ? ORDER BY id', ticket),
    attachments: (ticket: number) =>
      all<Attachment>('SELECT id, ticket, name, type FROM attachment WHERE ticket = ? ORDER BY id', ticket),
    file: (id: number) => all<Rows['attachment']>('SELECT * FROM attachment WHERE id = ?', id)[0],
    /** Returns the id of the row. */
    add<Table extends keyof Rows>(table: Table, row: New<Rows[Table]>) {
      const columns = Object.keys(row);
      const sql = `INSERT INTO ${table} (${columns}) VALUES (${columns.map((name) => `$${name}`)})`;
      const { lastInsertRowid } = database.prepare(sql).run(row);
      changed('ticket' in row ? `ticket:${row.ticket}` : 'tickets');
      return Number(lastInsertRowid);
    },
    update(id: number, changes: Partial<Ticket>) {
      const columns = Object.keys(changes).map((name) => `${name} = $${name}`);
      database.prepare(`UPDATE ticket SET ${columns} WHERE id = $id`).run({ ...changes, id });
      changed('tickets', `ticket:${id}`);
    },
    remove(ids: number[]) {
      for (const id of ids) database.prepare('DELETE FROM ticket WHERE id = ?').run(id);
      changed('tickets', ...ids.map((id) => `ticket:${id}`));
    },
    close: () => database.close(),
  };
}
