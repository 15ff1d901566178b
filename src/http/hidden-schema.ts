import type { FastifySchema } from 'fastify';

/** The schema of the plugin's own routes: `@fastify/swagger` does not list them. */
export const HIDDEN_SCHEMA = { hide: true } as FastifySchema;
