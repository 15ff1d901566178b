export interface Note {
  id: number;
  text: string;
}

/** Notes in memory. They end with the process. */
export class NoteStore {
  #notes: Note[] = [];
  #lastId = 0;

  all(): Note[] {
    return this.#notes;
  }

  add(text: string): void {
    this.#notes = [...this.#notes, { id: ++this.#lastId, text }];
  }

  remove(id: number): void {
    this.#notes = this.#notes.filter((note) => note.id !== id);
  }

  close(): void {}
}
