import { randomUUID } from 'node:crypto';
import { decodeMessage } from '../../../src/connection/messages.js';
import { errors } from '../../../src/errors.js';
import type { PageError, ServerMessage } from '../../../src/protocol.js';
import { TokenSigner } from '../../../src/signed/token.js';
import type { Random } from '../random.js';
import { RawConnection } from './connection.js';
import { brokenFrames, fragmented, frame, framesOf, Opcode } from './frames.js';
import { HostileMessages } from './messages.js';
import { answerTo, post, statusOf } from './requests.js';
import { SECRET } from './site-process.js';
import { HostileUploads } from './uploads.js';

/** Result of a hostile page. */
export interface Outcome {
  /** Number of messages sent. */
  messages: number;
  /** `goes on`: it still answers. `closed <code>`. `cut`: the connection ended without a word. */
  end: string;
  /** All that the site said. */
  answers: ServerMessage[];
  /** It broke the framing too, so that any end is right. */
  isBroken: boolean;
}

const signer = new TokenSigner(SECRET, 60 * 60 * 1000);
/** Tokens that others have used, or still use. */
const used: string[] = [];

function tokenFor(random: Random): string {
  if (used.length > 0 && random.chance(0.2)) return random.pick(used);
  const token = signer.sign(randomUUID());
  used[used.length < 50 ? used.length : random.below(50)] = token;
  return token;
}

/** Attacks over a websocket, from the handshake on. Waits for no answer. */
export async function attackBySocket(port: number, random: Random): Promise<Outcome> {
  const connection = new RawConnection(port);
  const says = new HostileMessages(random, tokenFor(random));
  // The others are a resource's: no page, but sockets all the same.
  const isPage = random.chance(0.9);
  connection.write(handshake(port, isPage ? '/issr' : '/socket'));
  if (random.chance(0.9)) connection.write(frame(Opcode.text, says.join()));
  let messages = 0;
  let isBroken = false;
  let left = 1 + random.below(8);
  while (left-- > 0) {
    const text = says.next();
    messages++;
    isBroken = random.chance(0.05);
    if (isBroken) connection.write(brokenFrames(random, text));
    else connection.write(random.chance(0.1) ? fragmented(random, text) : frame(Opcode.text, text));
    // The site ignores a refused page. Some pages continue to send.
    if (isBroken || (isRefused(text) && random.chance(0.8))) break;
  }
  connection.write(frame(Opcode.ping, 'end'));
  if (isBroken) connection.end();
  const end = (await connection.until(endOfSocket)) ?? 'cut';
  const answers = wordsOf(connection.received).flatMap(({ opcode, payload }) =>
    opcode === Opcode.text ? [JSON.parse(String(payload)) as ServerMessage] : [],
  );
  if (random.chance(0.5)) connection.write(frame(Opcode.text, '["bye"]'));
  if (random.chance(0.5)) connection.end();
  connection.cut();
  return { messages, end, answers, isBroken };
}

function handshake(port: number, path: string): string {
  const headers = `host: 127.0.0.1:${port}\r\norigin: http://127.0.0.1:${port}\r\nconnection: upgrade\r\nupgrade: websocket`;
  return `GET ${path} HTTP/1.1\r\n${headers}\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`;
}

function isRefused(text: string): boolean {
  try {
    decodeMessage(text);
    return false;
  } catch (error) {
    if (error instanceof errors.ISSR_ERR_MESSAGE) return true;
    throw error;
  }
}

/** The frames after the handshake's head. */
function wordsOf(received: Buffer) {
  const head = received.indexOf('\r\n\r\n');
  return head < 0 ? [] : framesOf(received.subarray(head + 4));
}

function endOfSocket(received: Buffer): string | undefined {
  for (const { opcode, payload } of wordsOf(received)) {
    if (opcode === Opcode.pong && String(payload) === 'end') return 'goes on';
    if (opcode === Opcode.close) return `closed ${payload.length < 2 ? 1005 : payload.readUInt16BE(0)}`;
  }
  return undefined;
}

/** Attacks over plain HTTP: a stream, and POSTs with several messages each. */
export async function attackByHttp(port: number, random: Random): Promise<Outcome> {
  const { stream, url } = await openStream(port);
  const says = new HostileMessages(random, tokenFor(random));
  const texts = [says.join()];
  let left = 1 + random.below(8);
  while (left-- > 0) {
    const text = says.next();
    texts.push(text);
    if (isRefused(text) && random.chance(0.8)) break;
  }
  while (texts.length > 0) await post(port, url, texts.splice(0, 1 + random.below(4)).join('\n'));
  return { messages: says.count, ...(await endStream(port, stream, url)) };
}

/** Attacks uploads over plain HTTP: plans, files and parts of files. Reports every request. */
export async function attackByUploads(port: number, random: Random): Promise<Outcome> {
  const { stream, url } = await openStream(port);
  const token = tokenFor(random);
  const says = new HostileMessages(random, token);
  await post(port, url, says.join());
  const uploads = new HostileUploads(random, (await stream.until(credentialsOf)) ?? '');
  let left = 1 + random.below(8);
  let failed = 0;
  while (left-- > 0) {
    const answer = await answerTo(port, uploads.next(port));
    uploads.learn(answer);
    if (statusOf(answer) >= 500) failed = statusOf(answer);
    if (random.chance(0.3)) await post(port, url, JSON.stringify(says.files(uploads.id)));
  }
  const outcome = await endStream(port, stream, url);
  return { messages: uploads.count, ...outcome, ...(failed > 0 && { end: `status ${failed}` }) };
}

/** Token and secret of the joined page, as it sends them by HTTP. Empty if the site refused the join. */
function credentialsOf(received: Buffer): string | undefined {
  const joined = /\["joined",0,false,"([^"]+)","([^"]+)"/.exec(String(received));
  if (joined) return `${joined[2]} ${joined[1]}`;
  return endOfStream(received) && '';
}

/** An open link over plain HTTP, and the URL by which it is sent to. */
async function openStream(port: number): Promise<{ stream: RawConnection; url: string }> {
  const stream = new RawConnection(port);
  stream.write(`GET /issr/stream HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n\r\n`);
  const key = await stream.until((received) => /^data: (.+)$/m.exec(String(received))?.[1]);
  return { stream, url: `/issr/send?link=${key}` };
}

async function endStream(
  port: number,
  stream: RawConnection,
  url: string,
): Promise<Omit<Outcome, 'messages'>> {
  // A message of its own that is answered, unless what came before has ended the link.
  await post(port, url, '["ping"]');
  const end = (await stream.until(endOfStream)) ?? 'cut';
  const answers = eventsOf(stream.received).flatMap(({ type, data }) =>
    type === undefined ? [JSON.parse(data) as ServerMessage] : [],
  );
  stream.cut();
  return { end, answers, isBroken: false };
}

function eventsOf(received: Buffer): { type: string | undefined; data: string }[] {
  const events = String(received).matchAll(/^(?:event: (\w+)\r?\n)?data: (.*)$/gm);
  return Array.from(events, ([, type, data = '']) => ({ type, data }));
}

function endOfStream(received: Buffer): string | undefined {
  const events = eventsOf(received);
  const close = events.find(({ type }) => type === 'close');
  if (close) return `closed ${JSON.parse(close.data)[0]}`;
  return events.some(({ data }) => data === '["pong"]') ? 'goes on' : undefined;
}

/** Returns a description of the site's fault, or undefined if it has none. */
export function faultOf({ end, answers, isBroken }: Outcome): string | undefined {
  const allowed = /^(goes on|closed (1000|1002|1003|1007|1008|1009|1013|4408|4409))$/;
  if (!isBroken && !allowed.test(end)) return end;
  const errors = answers.filter((answer) => answer[0] === 'error').map((answer) => answer[2] as PageError);
  const own = errors.find(({ status }) => status >= 500);
  return own && JSON.stringify(own);
}
