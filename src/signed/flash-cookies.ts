import { errors } from '../errors.js';
import { splitCookieHeader } from '../http/cookies.js';
import { createMac, isSameSecret } from './token.js';

/** A message that the next page shows once. */
export interface Flash {
  readonly message: string;
  /** Such as `success`, for the style. */
  readonly kind: string;
}

export const NO_FLASHES: readonly Flash[] = [];

const COOKIE = 'issr-flash';
/** Seconds between a redirect and the page that it leads to. */
const LIFETIME = 60;
/** Seconds by which the clocks of two processes may differ. The browser keeps to the lifetime by its own clock. */
const MAX_SKEW = 600;

/**
 * Carries flashes over a redirect by a signed cookie, so that they reach the next page by a visit, a load or without
 * script, at any process of the site. A visitor cannot write one.
 */
export class FlashCookies {
  readonly #macs: ((text: string) => string)[];
  readonly #maxLength: number;

  /** @param secrets the first signs, all verify */
  constructor(secrets: string | string[], maxLength: number) {
    this.#macs = [secrets].flat().map(createMac);
    this.#maxLength = maxLength;
  }

  /** @throws ISSR_ERR_FLASH if a cookie cannot carry the flashes */
  assertRoom(flashes: readonly Flash[]): void {
    const { length } = encode(flashes);
    if (length > this.#maxLength) throw new errors.ISSR_ERR_FLASH(length, this.#maxLength);
  }

  /** Returns the flashes in a `Cookie` header; none if their cookie is forged or too old. */
  read(header: string | undefined): readonly Flash[] {
    const given = header?.includes(COOKIE) && new Map(splitCookieHeader(header)).get(COOKIE);
    if (!given) return NO_FLASHES;
    const end = given.lastIndexOf('.');
    const signed = given.slice(0, end);
    const [text = '', issued = ''] = signed.split('.');
    const age = Date.now() - Number.parseInt(issued, 36);
    if (!this.#macs.some((mac) => isSameSecret(given.slice(end + 1), mac(`${COOKIE} ${signed}`))))
      return NO_FLASHES;
    return age <= (LIFETIME + MAX_SKEW) * 1000 ? decode(text) : NO_FLASHES;
  }

  /** Returns a `Set-Cookie` value for the newest flashes that fit. Without flashes it removes the cookie. */
  write(flashes: readonly Flash[], isSecure: boolean): string {
    let carried = flashes;
    while (encode(carried).length > this.#maxLength) carried = carried.slice(1);
    const signed = `${encode(carried)}.${Date.now().toString(36)}`;
    const value = carried.length > 0 ? `${signed}.${this.#macs[0]?.(`${COOKIE} ${signed}`)}` : '';
    const lifetime = carried.length > 0 ? LIFETIME : 0;
    return `${COOKIE}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${lifetime}${isSecure ? '; Secure' : ''}`;
  }
}

function encode(flashes: readonly Flash[]): string {
  const pairs = flashes.map(({ message, kind }) => [message, kind]);
  return Buffer.from(JSON.stringify(pairs)).toString('base64url');
}

function decode(text: string): readonly Flash[] {
  const pairs: [message: string, kind: string][] = JSON.parse(Buffer.from(text, 'base64url').toString());
  return pairs.map(([message, kind]) => ({ message, kind }));
}
