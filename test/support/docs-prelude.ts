/** Names that code blocks of the documents use without declaring them. Only the type checker reads this file. */
import type helmetPlugin from '@fastify/helmet';
import type { Type as TypeBox, TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyError as Failure, type FastifyReply, type FastifyRequest } from 'fastify';
import issr, { type memo as createMemo } from 'fastify-issr';
import type { JSX } from 'preact';

const app = Fastify().withTypeProvider<TypeBoxTypeProvider>();
await app.register(issr);

interface Row {
  id: number;
  title: string;
}

declare global {
  const fastify: typeof app;
  const issrPlugin: typeof issr;
  const helmet: typeof helmetPlugin;
  const memo: typeof createMemo;
  /** HTML of a visitor after a sanitizer. */
  const sanitized: string;
  const Type: typeof TypeBox;
  type FastifyError = Failure;
  const db: {
    add(title: string): Promise<void>;
    all(): Promise<Row[]>;
    remove(id: number): Promise<void>;
    clear(): Promise<void>;
    person(id: number): Promise<Person>;
  };
  interface Person {
    name: string;
  }
  const Person: (props: { person: Person; tab: string | undefined }) => JSX.Element;
  const keep: (path: string, name: string) => Promise<void>;
  const mayEnter: (user: string, password: string) => Promise<boolean>;
  const isOwner: (request: FastifyRequest, reply: FastifyReply) => Promise<void>;
  const answer: (question: string, signal: AbortSignal) => AsyncIterable<string>;
  const slowReport: (week: string, signal: AbortSignal) => Promise<Row[]>;
  const Report: (props: { rows: Row[] }) => JSX.Element;
  const scores: { home: number; guests: number };
}
