import { spawnSync } from 'node:child_process';

/**
 * Finds a program, and installs its package first where this process may: as root on Debian.
 *
 * @returns its path
 * @throws an error that says what is missing and how to install it
 */
export function setupProgram(program: string, debianPackage: string): string {
  const path = pathOf(program);
  if (path) return path;
  const hasApt = pathOf('apt-get') !== undefined;
  if (!hasApt || process.getuid?.() !== 0) {
    throw new Error(`${program} is missing. Install it, on Debian with: apt-get install ${debianPackage}`);
  }
  console.log(`Installing ${debianPackage} …`);
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', debianPackage]]) {
    const { status, stderr } = spawnSync('apt-get', ['-qq', ...args], {
      encoding: 'utf8',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
    if (status !== 0) throw new Error(`apt-get ${args.join(' ')} failed: ${stderr}`);
  }
  const installed = pathOf(program);
  if (!installed) throw new Error(`${debianPackage} was installed, but brought no ${program}.`);
  return installed;
}

function pathOf(program: string): string | undefined {
  const { status, stdout } = spawnSync('sh', ['-c', `command -v ${program}`], {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
  });
  return status === 0 ? stdout.trim() : undefined;
}
