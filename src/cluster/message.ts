/** Raised when a message between processes changes its meaning. Messages of another version are dropped. */
const VERSION = 1;

/** Characters of a message. Longer ones are dropped: parsing one would hold the event loop. */
export const MAX_MESSAGE_CHARS = 16 * 1024 * 1024;

/** Characters of the id of a process. */
const ID_LENGTH = 36;

type Message = [sender: string, kind: string, ...payload: unknown[]];

export function writeMessage(...message: Message): string {
  return JSON.stringify([VERSION, ...message]);
}

/** @throws SyntaxError, or TypeError if the text is not a message of this version */
export function readMessage(text: string): Message {
  if (text.length > MAX_MESSAGE_CHARS) throw new TypeError(`a message of ${text.length} characters`);
  const [version, sender, kind, ...payload] = JSON.parse(text) as unknown[];
  if (version !== VERSION) throw new TypeError(`a message of version ${version}, not ${VERSION}`);
  if (typeof sender !== 'string' || sender.length !== ID_LENGTH)
    throw new TypeError('a message without a sender');
  if (typeof kind !== 'string') throw new TypeError('a message without a kind');
  return [sender, kind, ...payload];
}
