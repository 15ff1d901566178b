import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { basename, delimiter, join } from 'node:path';

/** Names of programs, and of packages on Debian. */
const SHELL = 'chromium-headless-shell';
const WHOLE = 'chromium';
const WHOLE_NAMES = [WHOLE, 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const MAC = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

/**
 * Finds the browser of the tests. As root on Debian, installs what is missing.
 *
 * @throws an error that names the command to install it
 */
export function setupChromium(): string {
  const whole = wholeChromium();
  return process.env.CHROMIUM_PATH || (find(SHELL) ?? install(SHELL) ?? whole);
}

/** `CHROMIUM_PATH`, or Chromium's headless shell, in which a page takes a third of the CPU, or a whole Chromium or Chrome. */
export function anyChromium(): string {
  return process.env.CHROMIUM_PATH || (find(SHELL) ?? wholeChromium());
}

/** A Chromium that keeps pages for Back, unlike its shell. */
export function wholeChromium(): string {
  const named = process.env.CHROMIUM_PATH;
  const path = named && basename(named) !== SHELL ? named : (find(...WHOLE_NAMES) ?? install(WHOLE));
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

function find(...names: string[]): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const candidates = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...candidates, ...(names.includes(WHOLE) ? [MAC] : [])].find(isExecutable);
}

function install(name: string): string | undefined {
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) return undefined;
  console.log(`${name} is missing: installing it with apt-get`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of [['update'], ['install', '-y', name]]) {
    const { status } = spawnSync('apt-get', args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
    if (status !== 0) return undefined;
  }
  return find(name);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
