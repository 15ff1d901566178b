import { after, before } from 'node:test';
import { createSite } from '../../examples/site.js';

/** The site of the examples on a free port, for one test file. What it returns gives the URL of a path. */
export function useExamples(): (path: string) => string {
  let origin = '';
  const site = createSite();
  before(async () => {
    const fastify = await site;
    await fastify.listen({ port: 0, host: '127.0.0.1' });
    origin = fastify.listeningOrigin;
  });
  after(async () => (await site).close());
  return (path) => origin + path;
}
