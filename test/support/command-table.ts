import Database from 'libsql';

/** The commands that ran, in a database file of several processes. Its constraint refuses a command that runs twice. */
export class CommandTable {
  readonly #database: Database.Database;

  constructor(file: string) {
    // `timeout` waits for the writes of other processes.
    this.#database = new Database(file, { timeout: 20_000 });
    this.#database.exec('PRAGMA journal_mode = WAL');
    this.#database.exec('PRAGMA synchronous = OFF');
    this.#database.exec('CREATE TABLE IF NOT EXISTS commands (place INTEGER PRIMARY KEY, value TEXT UNIQUE)');
  }

  /** @throws if the command ran before */
  add(value: string): void {
    this.#database.prepare('INSERT INTO commands (value) VALUES (?)').run(value);
  }

  get count(): number {
    return (this.#database.prepare('SELECT count(*) AS count FROM commands').get() as { count: number })
      .count;
  }

  /** All values in the order in which they were added. */
  values(): string[] {
    const rows = this.#database.prepare('SELECT value FROM commands ORDER BY place').all();
    return (rows as { value: string }[]).map(({ value }) => value);
  }

  close(): void {
    this.#database.close();
  }
}
