import Database from 'libsql';

export interface Todo {
  id: number;
  title: string;
  done: 0 | 1;
}

const TABLE = `
  CREATE TABLE IF NOT EXISTS todo (
    id INTEGER PRIMARY KEY,
    title TEXT NOT NULL UNIQUE,
    done INTEGER NOT NULL DEFAULT 0
  )`;

/** To-do items in an SQLite database. */
export class TodoList {
  readonly #database: Database.Database;

  /** @param file `:memory:` for a list that ends with the process */
  constructor(file: string) {
    this.#database = new Database(file);
    this.#database.exec(TABLE);
  }

  all(): Todo[] {
    return this.#database.prepare('SELECT * FROM todo ORDER BY done, id').all() as Todo[];
  }

  has(title: string): boolean {
    return this.#database.prepare('SELECT 1 FROM todo WHERE title = ?').get(title) !== undefined;
  }

  add(title: string): void {
    this.#database.prepare('INSERT INTO todo (title) VALUES (?)').run(title);
  }

  toggle(id: number): void {
    this.#database.prepare('UPDATE todo SET done = 1 - done WHERE id = ?').run(id);
  }

  remove(id: number): void {
    this.#database.prepare('DELETE FROM todo WHERE id = ?').run(id);
  }

  close(): void {
    this.#database.close();
  }
}
