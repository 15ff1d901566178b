/** A server of its own process, for what it needs of memory. It says its origin, and what it is asked. */
import Fastify from 'fastify';
import issrPlugin from '../../src/index.js';

const GIBIBYTE = 1024 ** 3;

const fastify = Fastify();
await fastify.register(issrPlugin, { uploadFolder: process.argv[2], maxUploadDiskBytes: 2 * GIBIBYTE });
fastify.issrRoute('/', { uploads: { photo: { maxBytes: GIBIBYTE, types: ['image/*'] } } }, ({ issr }) => {
  return `<p>${issr.files.photo?.map(({ size, type }) => `${size} ${type}`).join()}</p>`;
});
await fastify.listen({ port: 0, host: '127.0.0.1' });

let peak = 0;
const sample = () => {
  peak = Math.max(peak, process.memoryUsage.rss());
};
setInterval(sample, 20).unref();
process.on('message', () => {
  sample();
  process.send?.(peak);
  peak = 0;
});
process.on('disconnect', () => void fastify.close());
process.send?.(fastify.listeningOrigin);
