export interface ReceivedEvent {
  type: string;
  data: string;
  id: string;
}

/** Parses a stream of server-sent events. https://html.spec.whatwg.org/#event-stream-interpretation */
export class EventParser {
  /** Id that a reconnecting browser sends. */
  lastEventId: string;
  retry: number | null = null;
  comments = 0;
  #text = '';

  constructor(lastEventId = '') {
    this.lastEventId = lastEventId;
  }

  /** Returns the events that this piece of text completes. */
  push(text: string): ReceivedEvent[] {
    const blocks = `${this.#text}${text}`.split('\n\n');
    this.#text = blocks.pop() ?? '';
    return blocks.flatMap((block) => this.#parse(block));
  }

  #parse(block: string): ReceivedEvent[] {
    const data: string[] = [];
    let type = 'message';
    for (const line of block.split('\n')) {
      const [, name = '', value = ''] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
      if (name === '') this.comments++;
      else if (name === 'data') data.push(value);
      else if (name === 'event') type = value;
      else if (name === 'id') this.lastEventId = value;
      else if (name === 'retry') this.retry = Number(value);
    }
    return data.length > 0 ? [{ type, data: data.join('\n'), id: this.lastEventId }] : [];
  }
}
