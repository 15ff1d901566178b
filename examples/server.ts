import { createSite } from './site.js';

const site = await createSite();
const address = await site.listen({ port: Number(process.env.PORT ?? 3000), host: '0.0.0.0' });
console.log(`The examples are at ${address}`);
