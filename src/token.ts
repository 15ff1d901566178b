import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import { errors } from './errors.js';

/** A page's id: 122 random bits, so that it cannot be guessed or counted. `randomUUID` draws from a pool, a tenth of the cost of `randomBytes`. */
export function createPageId(): string {
  return randomUUID();
}

/**
 * Signs and checks the tokens by which a page proves that its id was given to it by this site.
 * A token is `<id>.<issued, ms in base 36>.<HMAC-SHA256 of both>`.
 */
export class TokenSigner {
  readonly #secret: string;
  readonly #lifetime: number;

  constructor(secret: string, lifetime: number) {
    this.#secret = secret;
    this.#lifetime = lifetime;
  }

  sign(id: string, issued = Date.now()): string {
    const signed = `${id}.${issued.toString(36)}`;
    return `${signed}.${this.#mac(signed)}`;
  }

  /**
   * The id in a token.
   * @throws ISSR_ERR_TOKEN when forged, ISSR_ERR_TOKEN_EXPIRED when too old
   */
  verify(token: string): string {
    const end = token.lastIndexOf('.');
    const signed = token.slice(0, end);
    const mac = Buffer.from(token.slice(end + 1));
    const expected = Buffer.from(this.#mac(signed));
    if (end < 0 || mac.length !== expected.length || !timingSafeEqual(mac, expected)) {
      throw new errors.ISSR_ERR_TOKEN();
    }
    const [id = '', issued = ''] = signed.split('.');
    if (Date.now() - Number.parseInt(issued, 36) > this.#lifetime) throw new errors.ISSR_ERR_TOKEN_EXPIRED();
    return id;
  }

  #mac(text: string): string {
    return createHmac('sha256', this.#secret).update(text).digest('base64url');
  }
}
