import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'libsql';

export interface Note {
  id: number;
  text: string;
}

const TABLE = 'CREATE TABLE IF NOT EXISTS note (id INTEGER PRIMARY KEY, text TEXT NOT NULL)';

/** Notes in an SQLite database. */
export class NoteStore {
  readonly #database: Database.Database;

  /** @param file `:memory:` for notes that end with the process; default: DATABASE, or data/app.db */
  constructor(file = process.env.DATABASE ?? 'data/app.db') {
    if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true });
    this.#database = new Database(file);
    this.#database.exec(TABLE);
  }

  all(): Note[] {
    return this.#database.prepare('SELECT id, text FROM note ORDER BY id').all() as Note[];
  }

  add(text: string): void {
    this.#database.prepare('INSERT INTO note (text) VALUES (?)').run(text);
  }

  remove(id: number): void {
    this.#database.prepare('DELETE FROM note WHERE id = ?').run(id);
  }

  close(): void {
    this.#database.close();
  }
}
