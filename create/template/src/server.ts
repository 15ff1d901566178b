import { existsSync } from 'node:fs';
import { createApp } from './app.js';

// Settings of this machine, which git ignores.
if (existsSync('.env')) process.loadEnvFile();

const app = await createApp({ logger: true });
await app.listen({ host: process.env.HOST ?? '127.0.0.1', port: Number(process.env.PORT ?? 3000) });
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void app.close().then(() => process.exit()));
