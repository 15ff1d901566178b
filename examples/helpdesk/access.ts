import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import createError from '@fastify/error';
import type { FastifyRequest } from 'fastify';

export interface Person {
  name: string;
  role: 'agent' | 'lead';
}

/** By login. */
export const PEOPLE = new Map<unknown, Person>([
  ['ada', { name: 'Ada Lovelace', role: 'lead' }],
  ['grace', { name: 'Grace Hopper', role: 'agent' }],
]);
export const NAMES = Array.from(PEOPLE.values(), ({ name }) => name);

const salt = randomBytes(16);
const hash = (password: string) => promisify<string, Buffer, number, Buffer>(scrypt)(password, salt, 32);
const PASSWORD = await hash('helpdesk');

/** Takes the same time for an unknown login. */
export async function mayEnter(login: string, password: string): Promise<boolean> {
  return timingSafeEqual(await hash(password), PASSWORD) && PEOPLE.has(login);
}

const Forbidden = createError('HELPDESK_FORBIDDEN', 'Your role does not allow this', 403);
const allow = (role?: Person['role']) => async (request: FastifyRequest) => {
  const { person } = request;
  if (!person || (role && person.role !== role)) throw new Forbidden();
};

/** `preHandler` of actions. A page shows the buttons that its visitor may use; this is the lock. */
export const agents = allow();
export const leads = allow('lead');
