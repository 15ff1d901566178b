import Database from 'libsql';
import { type Static, Type } from 'typebox';

export const STATUSES = ['New', 'Active', 'Waiting', 'Solved'] as const;
export const PRIORITIES = ['High', 'Normal', 'Low'] as const;
export type Status = (typeof STATUSES)[number];

/** The part of a ticket that its requester writes. */
export const draft = Type.Object({
  title: Type.String({ minLength: 5, maxLength: 80 }),
  requester: Type.String({ format: 'email', maxLength: 80 }),
  priority: Type.Enum(PRIORITIES, { default: 'Normal' }),
  text: Type.String({ minLength: 10, maxLength: 2000 }),
});

/** The part that the desk adds: the name of the person who works on it, and milliseconds since 1970. */
type Work = { id: number; status: Status; assignee: string | null; created: number };
export type Ticket = Static<typeof draft> & Work;
export type Comment = { id: number; author: string; text: string; created: number };
export type Attachment = { id: number; name: string; type: string };
export type Filter = { q?: string; status?: Status | ''; sort?: Sort };

const TABLES = `
  PRAGMA foreign_keys = ON;
  CREATE TABLE IF NOT EXISTS ticket (
    id INTEGER PRIMARY KEY, title TEXT UNIQUE COLLATE NOCASE, requester TEXT, priority TEXT, text TEXT,
    status TEXT, assignee TEXT, created INTEGER);
  CREATE TABLE IF NOT EXISTS comment (
    id INTEGER PRIMARY KEY, ticket INTEGER REFERENCES ticket ON DELETE CASCADE, author TEXT, text TEXT,
    created INTEGER);
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

/** The database. Each write names the keys that it changed, and the pages that watch them are rendered again. */
export class Desk {
  readonly #database: Database.Database;
  readonly #changed: (...keys: string[]) => void;

  /** @param file `:memory:` for a helpdesk that ends with the process */
  constructor(file: string, changed: (...keys: string[]) => void) {
    this.#database = new Database(file);
    this.#database.exec(TABLES);
    this.#changed = changed;
  }

  find({ q = '', status = '', sort = 'Created' }: Filter = {}): Ticket[] {
    return this.#all(
      `SELECT * FROM ticket
      WHERE instr(lower(title || ' ' || requester), lower($q)) AND $status IN ('', status)
      ORDER BY ${ORDERS[sort]}, id DESC`,
      { q, status },
    );
  }

  ticket(id: number): Ticket | undefined {
    return this.#all<Ticket>('SELECT * FROM ticket WHERE id = ?', id)[0];
  }

  /** Whether another ticket has this subject. */
  isTaken(title = '', id = 0): boolean {
    return this.#all('SELECT 1 FROM ticket WHERE title = $title AND id <> $id', { title, id }).length > 0;
  }

  create(ticket: Static<typeof draft> & Partial<Ticket>): number {
    const id = this.#insert('ticket', { status: 'New', created: Date.now(), ...ticket });
    this.#changed('tickets');
    return id;
  }

  update(id: number, changes: Partial<Ticket>): void {
    const columns = Object.keys(changes).map((name) => `${name} = $${name}`);
    this.#run(`UPDATE ticket SET ${columns} WHERE id = $id`, { ...changes, id });
    this.#changed('tickets', `ticket:${id}`);
  }

  remove(ids: number[]): void {
    this.#run('DELETE FROM ticket WHERE id IN (SELECT value FROM json_each(?))', JSON.stringify(ids));
    this.#changed('tickets', ...ids.map((id) => `ticket:${id}`));
  }

  comments(ticket: number): Comment[] {
    return this.#all('SELECT * FROM comment WHERE ticket = ? ORDER BY id', ticket);
  }

  comment(ticket: number, author: string, text: string): void {
    this.#insert('comment', { ticket, author, text, created: Date.now() });
    this.#changed(`ticket:${ticket}`);
  }

  attachments(ticket: number): Attachment[] {
    return this.#all('SELECT id, name, type FROM attachment WHERE ticket = ? ORDER BY id', ticket);
  }

  file(id: number): (Attachment & { bytes: ArrayBuffer }) | undefined {
    return this.#all<Attachment & { bytes: ArrayBuffer }>('SELECT * FROM attachment WHERE id = ?', id)[0];
  }

  attach(ticket: number, name: string, type: string, bytes: Buffer): void {
    this.#insert('attachment', { ticket, name, type, bytes });
    this.#changed(`ticket:${ticket}`);
  }

  close(): void {
    this.#database.close();
  }

  #all<Row>(sql: string, values: unknown = []): Row[] {
    return this.#database.prepare(sql).all(values) as Row[];
  }

  /** Returns the id of an inserted row. */
  #run(sql: string, values: unknown): number {
    return Number(this.#database.prepare(sql).run(values).lastInsertRowid);
  }

  #insert(table: string, row: object): number {
    const columns = Object.keys(row);
    return this.#run(`INSERT INTO ${table} (${columns}) VALUES (${columns.map((name) => `$${name}`)})`, row);
  }
}
