import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const SALT = randomBytes(16);

export function hash(password: string): Promise<Buffer> {
  return promisify<string, Buffer, number, Buffer>(scrypt)(password, SALT, 32);
}

/** Takes the same time for an unknown user, whose hash is undefined. */
export async function isRight(password: string, hashed: Buffer | undefined): Promise<boolean> {
  const given = await hash(password);
  return timingSafeEqual(hashed ?? randomBytes(given.length), given);
}
