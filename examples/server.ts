import { createSite } from './site.js';

const site = await createSite({}, 'todos.db');
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => site.close());
const address = await site.listen({ port: Number(process.env.PORT ?? 3000), host: '0.0.0.0' });
console.log(`The examples are at ${address}`);
