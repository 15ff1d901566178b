import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, '../..');
/** What the README tells a newcomer to install, in the versions that this repository uses. */
const DEPENDENCIES = [
  'fastify',
  'preact',
  '@fastify/type-provider-typebox',
  'tsx',
  'typescript',
  '@types/node',
];

/** An empty project with the packed package, and the README's example in three forms. */
export async function createProject(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fastify-issr-'));
  const npm = (...args: string[]) => run('npm', args, { cwd: folder });
  const { devDependencies } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
    cwd: ROOT,
  });
  const tarball: string = JSON.parse(stdout)[0].filename;
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  await npm(
    'install',
    '--prefer-offline',
    `./${tarball}`,
    ...DEPENDENCIES.map((name) => `${name}@${devDependencies[name]}`),
  );
  await writeFile(join(folder, 'example.tsx'), await readExample());
  await writeFile(join(folder, 'tsconfig.json'), await readBlock('json'));
  await copyFile(join(import.meta.dirname, 'example.cjs'), join(folder, 'example.cjs'));
  await npm('exec', '--', 'tsc', '-p', '.', '--outDir', 'out');
  return folder;
}

export async function removeProject(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

/** A Node of that major version: the running one, or the registry's. */
export async function findNode(major: number): Promise<string> {
  if (Number.parseInt(process.versions.node, 10) === major) return process.execPath;
  const { stdout } = await run('npm', [
    'exec',
    '--yes',
    `--package=node@${major}`,
    '--',
    'node',
    '-p',
    'process.execPath',
  ]);
  return stdout.trim();
}

/** The example as the README has it, on a free port; it prints where. */
async function readExample(): Promise<string> {
  const code = await readBlock('tsx');
  return `${code.replace('port: 3000', 'port: 0')}\nconsole.log(fastify.listeningOrigin);\n`;
}

/** The first block of that language. */
async function readBlock(language: string): Promise<string> {
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
  return readme.split(`\`\`\`${language}\n`)[1]?.split('```')[0] ?? '';
}
