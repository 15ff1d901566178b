import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { IssrOptions } from '../../src/index.js';
import { startCluster } from './cluster.js';
import { startNginx } from './nginx.js';

/** Three processes behind nginx that write each action they run to one file. */
export async function startRecordCluster(t: TestContext, plugin?: Partial<IssrOptions>) {
  const folder = mkdtempSync(join(tmpdir(), 'issr-actions-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const record = join(folder, 'actions');
  writeFileSync(record, '');
  const { processes } = await startCluster(t, 3, { record, ...(plugin && { plugin }) });
  const origin = await startNginx(
    t,
    processes.map((process) => process.origin),
  );
  /** The actions that ran, in the order of their process. */
  const recorded = () => readFileSync(record, 'utf8').split('\n').slice(0, -1);
  return { processes, origin, recorded };
}
