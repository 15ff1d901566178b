import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const MAC = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

/** The browser of the tests: `CHROMIUM_PATH`, or the first Chromium or Chrome in the `PATH`. */
export function findChromium(): string | undefined {
  const named = process.env.CHROMIUM_PATH;
  if (named) return named;
  const folders = (process.env.PATH ?? '').split(delimiter);
  const candidates = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...candidates, MAC].find(isExecutable);
}

/** Finds Chromium. Installs it as root on Debian, otherwise throws an error that names the command. */
export function setupChromium(): string {
  const path = findChromium() ?? installChromium();
  if (!path || !isExecutable(path)) {
    throw new Error(
      `${path ? `No program at CHROMIUM_PATH=${path}.` : 'The browser tests need Chromium or Chrome, and none was found.'}\n` +
        '  Debian, Ubuntu: sudo apt-get update && sudo apt-get install -y chromium\n' +
        '  Fedora: sudo dnf install chromium\n' +
        '  macOS: brew install --cask google-chrome\n' +
        'or set CHROMIUM_PATH to the browser program.',
    );
  }
  return path;
}

function installChromium(): string | undefined {
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) return undefined;
  console.log('Chromium is missing: installing it with apt-get');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of [['update'], ['install', '-y', 'chromium']]) {
    const { status } = spawnSync('apt-get', args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
    if (status !== 0) return undefined;
  }
  return findChromium();
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
