import Database from 'libsql';

export const STATUSES = ['New', 'Active', 'Waiting', 'Solved'] as const;
export const PRIORITIES = ['High', 'Normal', 'Low'] as const;
export type Status = (typeof STATUSES)[number];
export type Priority = (typeof PRIORITIES)[number];

/** The part of a ticket that its requester writes. */
export interface Draft {
  title: string;
  requester: string;
  priority: Priority;
  text: string;
}

export interface Ticket extends Draft {
  id: number;
  status: Status;
  /** Name of the person who works on it. */
  assignee: string | null;
  /** Milliseconds since 1970. */
  created: number;
}

export type Comment = Pick<Ticket, 'id' | 'text' | 'created'> & { author: string };
export type Attachment = { id: number; name: string; type: string };
export type Filter = { q?: string; status?: Status | ''; sort?: Sort };
type Changes = Partial<Pick<Ticket, 'title' | 'priority' | 'status' | 'assignee'>>;

const TABLES = `
  PRAGMA foreign_keys = ON;
  CREATE TABLE IF NOT EXISTS ticket (
    id INTEGER PRIMARY KEY, title TEXT UNIQUE COLLATE NOCASE, requester TEXT, priority TEXT, text TEXT,
    status TEXT DEFAULT 'New', assignee TEXT, created INTEGER);
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

  create(draft: Draft, created = Date.now()): number {
    const id = this.#run(
      `INSERT INTO ticket (title, requester, priority, text, created)
      VALUES ($title, $requester, $priority, $text, $created)`,
      { ...draft, created },
    );
    this.#changed('tickets');
    return id;
  }

  update(id: number, changes: Changes): void {
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

  comment(...values: [ticket: number, author: string, text: string]): void {
    this.#run('INSERT INTO comment (ticket, author, text, created) VALUES (?, ?, ?, ?)', [
      ...values,
      Date.now(),
    ]);
    this.#changed(`ticket:${values[0]}`);
  }

  attachments(ticket: number): Attachment[] {
    return this.#all('SELECT id, name, type FROM attachment WHERE ticket = ? ORDER BY id', ticket);
  }

  file(id: number): (Attachment & { bytes: ArrayBuffer }) | undefined {
    return this.#all<Attachment & { bytes: ArrayBuffer }>('SELECT * FROM attachment WHERE id = ?', id)[0];
  }

  attach(...values: [ticket: number, name: string, type: string, bytes: Buffer]): void {
    this.#run('INSERT INTO attachment (ticket, name, type, bytes) VALUES (?, ?, ?, ?)', values);
    this.#changed(`ticket:${values[0]}`);
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
}
