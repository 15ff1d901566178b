import { hash, timingSafeEqual } from 'node:crypto';
import { errors } from '../errors.js';

/** A UUID, a time in base 36, for loads a checksum of the HTML, and a MAC in base64url. */
const FORM = /^[\da-f-]{36}\.[\da-z]{1,11}(\.[\w-]{22})?\.[\w-]{43}$/;

/**
 * Signs and checks the tokens by which a page proves that its id was given to it by this site.
 * A token is `<id>.<issued, ms in base 36>.<HMAC-SHA256 of both>`. Where several processes serve a site, the token of a
 * load has a checksum of its HTML before the HMAC, so that a process that did not render it recognizes it. Tokens do not expire by a monotonic clock,
 * because other processes and restarts must agree on their age.
 */
export class TokenSigner {
  readonly #macs: ((text: string) => string)[];
  readonly #lifetime: number;
  /** The last time of an issue, in milliseconds and in base 36. */
  #issued = 0;
  #issuedText = '0';

  /** @param secrets the first signs, all verify, so that a secret can be rotated */
  constructor(secrets: string | string[], lifetime: number) {
    this.#macs = [secrets].flat().map(createMac);
    this.#lifetime = lifetime;
  }

  /** @param checksum result of `checksumOf` */
  sign(id: string, issued = Date.now(), checksum?: string): string {
    if (issued !== this.#issued) {
      this.#issued = issued;
      this.#issuedText = issued.toString(36);
    }
    const signed = `${id}.${this.#issuedText}${checksum === undefined ? '' : `.${checksum}`}`;
    return `${signed}.${this.#macs[0]?.(signed)}`;
  }

  /**
   * The id in a token, or undefined if the token has the right form but cannot be checked: it has expired, or
   * was signed with another secret.
   *
   * @throws ISSR_ERR_TOKEN if it is not a token at all
   */
  identify(token: string): string | undefined {
    if (!FORM.test(token)) throw new errors.ISSR_ERR_TOKEN();
    try {
      return this.verify(token);
    } catch {
      return undefined;
    }
  }

  /**
   * The id in a token.
   * @throws ISSR_ERR_TOKEN if forged, ISSR_ERR_TOKEN_EXPIRED if too old
   */
  verify(token: string): string {
    const end = token.lastIndexOf('.');
    const signed = token.slice(0, end);
    const given = token.slice(end + 1);
    if (end < 0 || !this.#macs.some((mac) => isSameSecret(given, mac(signed))))
      throw new errors.ISSR_ERR_TOKEN();
    const [id = '', issued = ''] = signed.split('.');
    if (Date.now() - Number.parseInt(issued, 36) > this.#lifetime) throw new errors.ISSR_ERR_TOKEN_EXPIRED();
    return id;
  }
}

/** Returns the checksum in a token; undefined if it has none. */
export function checksumIn(token: string): string | undefined {
  const parts = token.split('.');
  return parts.length === 4 ? parts[2] : undefined;
}

/** 128 bits of SHA-256. */
export function checksumOf(html: string): string {
  return hash('sha256', html, 'base64url').slice(0, 22);
}

/** Compares in constant time, so that a response's time says nothing about how much was guessed. */
export function isSameSecret(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

const BLOCK = 64;
const DIGEST = 32;

/**
 * HMAC-SHA256 by the one-shot hash, without the objects that `createHmac` makes. The inner digest is a string of bytes
 * that is written into the outer block: a buffer for it would take longer than both hashes.
 *
 * @see RFC 2104, section 2
 */
export function createMac(secret: string): (text: string) => string {
  const key = Buffer.alloc(BLOCK);
  (Buffer.byteLength(secret) > BLOCK ? hash('sha256', secret, 'buffer') : Buffer.from(secret)).copy(key);
  const pad = Buffer.from(key.map((byte) => byte ^ 0x36));
  const outer = Buffer.alloc(
    BLOCK + DIGEST,
    key.map((byte) => byte ^ 0x5c),
  );
  // Most texts are tokens, which have one length.
  let inner = pad;
  return (text) => {
    const length = BLOCK + Buffer.byteLength(text);
    if (inner.length !== length) inner = Buffer.concat([pad], length);
    inner.write(text, BLOCK);
    outer.write(hash('sha256', inner, 'binary'), BLOCK, 'binary');
    return hash('sha256', outer, 'base64url');
  };
}
