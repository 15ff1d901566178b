import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { freePort } from './redis-server.js';
import { setupProgram } from './setup-debian.js';
import { waitFor } from './wait.js';

/** The part of `nginx.conf` that docs/deploying.md shows: round robin, without sticky sessions. */
function configOf(port: number, origins: string[], folder: string): string {
  const servers = origins.map((origin) => `server ${new URL(origin).host};`).join('\n    ');
  return `daemon off;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log;
events { worker_connections 4096; }
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  map $http_upgrade $connection_upgrade { default upgrade; '' close; }
  upstream site {
    ${servers}
  }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://site;
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      proxy_read_timeout 60s;
      proxy_buffering off;
    }
  }
}
`;
}

/** Starts an nginx before several servers. Resolves to its origin. */
export async function startNginx(t: TestContext, origins: string[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'issr-nginx-'));
  const port = await freePort();
  const config = join(folder, 'nginx.conf');
  writeFileSync(config, configOf(port, origins, folder));
  const process = spawn(setupProgram('nginx', 'nginx-light'), ['-p', folder, '-c', config], {
    stdio: 'ignore',
  });
  t.after(async () => {
    process.kill('SIGTERM');
    if (process.exitCode === null && process.signalCode === null) await once(process, 'exit');
    rmSync(folder, { recursive: true, force: true });
  });
  const origin = `http://127.0.0.1:${port}`;
  let isUp = false;
  await waitFor(() => {
    fetch(origin).then(
      () => {
        isUp = true;
      },
      () => {},
    );
    return isUp;
  }, 'nginx answers');
  return origin;
}
