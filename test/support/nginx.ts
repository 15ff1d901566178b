import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { codeBlocks } from './documents.js';
import { freePort } from './redis-server.js';
import { setupProgram } from './setup-debian.js';
import { waitFor } from './wait.js';

/** The nginx configurations of docs/deploying.md: the site, then the two ways to a sub-path. */
const [SITE = '', STRIPPED = '', KEPT = ''] = codeBlocks('docs/deploying.md')
  .filter(({ language }) => language === 'nginx')
  .map(({ code }) => code);
const SITE_LOCATION = /^ *location \/ \{[^}]*\}\n/m;

/** Location of the site: at the root, or below `/shop` with or without this path passed on. */
export type Location = 'root' | 'stripped' | 'kept';

const LOCATIONS = { root: SITE.match(SITE_LOCATION)?.[0] ?? '', stripped: STRIPPED, kept: KEPT };

function configOf(port: number, origins: string[], folder: string, location: Location): string {
  const servers = origins.map((origin) => `server ${new URL(origin).host} max_fails=0;\n`).join('');
  const site = SITE.replace(/( *server 127\.0\.0\.1:\d+ max_fails=0;\n)+/, servers)
    .replace('listen 80;', `listen 127.0.0.1:${port};`)
    .replace(SITE_LOCATION, LOCATIONS[location]);
  const folders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  return `daemon off;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log;
events { worker_connections 4096; }
http {
access_log off;
${folders.join('\n')}
${site}}
`;
}

/** Starts an nginx before several servers, configured as docs/deploying.md shows. Resolves to its origin. */
export async function startNginx(
  t: TestContext,
  origins: string[],
  location: Location = 'root',
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'issr-nginx-'));
  const port = await freePort();
  const config = join(folder, 'nginx.conf');
  writeFileSync(config, configOf(port, origins, folder, location));
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
