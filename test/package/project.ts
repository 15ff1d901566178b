import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { codeBlocks, ROOT, sectionOf } from '../support/documents.js';

const run = promisify(execFile);
const firstPage = codeBlocks('README.md', sectionOf('README.md', 'Your first page'));
const commands = firstPage
  .filter(({ language }) => language === 'sh')
  .flatMap(({ code }) => code.trim().split('\n'));

/** The last command of README's first page. The commands before it set the project up. */
export const START_COMMAND = commands.at(-1) ?? '';

/** README's example, on this port. */
export function readExample(port: number): string {
  return block(codeBlocks('README.md', sectionOf('README.md', 'Example')), 'tsx').replace('3000', `${port}`);
}

/** Makes an empty folder a project with README's commands. The packed package stands for its registry name. */
export async function createProject(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'first-page-'));
  const tarball = await pack(folder);
  const cwd = join(folder, 'app');
  await run('mkdir', [cwd]);
  for (const command of commands.slice(0, -1)) {
    const local = command.replace(/(?<= )fastify-issr(?= )/, tarball);
    await run('sh', ['-c', local], { cwd, env: { ...process.env, npm_config_prefer_offline: 'true' } });
  }
  await writeFile(join(cwd, 'tsconfig.json'), block(firstPage, 'json'));
  return cwd;
}

/** Adds README's example in three forms. Each prints its origin. */
export async function addForms(folder: string): Promise<void> {
  const example = `${readExample(0)}\nconsole.log(fastify.listeningOrigin);\n`;
  await writeFile(join(folder, 'example.tsx'), example);
  await copyFile(join(import.meta.dirname, 'example.cjs'), join(folder, 'example.cjs'));
  await run('npm', ['exec', '--', 'tsc', '-p', '.', '--outDir', 'out'], { cwd: folder });
}

/** Compiles `test/types/optional.tsx` in the project. Returns the compiler's messages. */
export async function compile(folder: string, compilerOptions: object): Promise<string> {
  const file = 'optional.tsx';
  await copyFile(join(ROOT, 'test/types', file), join(folder, file));
  const config = {
    extends: './tsconfig.json',
    files: [file],
    compilerOptions: { noEmit: true, ...compilerOptions },
  };
  await writeFile(join(folder, 'tsconfig.types.json'), JSON.stringify(config));
  const compiling = run('npm', ['exec', '--', 'tsc', '-p', 'tsconfig.types.json', '--pretty', 'false'], {
    cwd: folder,
  });
  return compiling.then(
    ({ stdout }) => stdout,
    ({ stdout }: { stdout: string }) => stdout,
  );
}

/** Installs the lowest version of each peer that every app has, by the ranges of `package.json`. */
export async function installOldestPeers(folder: string): Promise<void> {
  const { peerDependencies } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  const oldest = ['fastify', 'preact'].map((name) => `${name}@${peerDependencies[name].replace('^', '')}`);
  await run('npm', ['install', '--no-save', '--prefer-offline', ...oldest], { cwd: folder });
}

export async function removeProject(folder: string): Promise<void> {
  await rm(join(folder, '..'), { recursive: true, force: true });
}

/** Returns the path of a Node of this major version: the running one, or one from the registry. */
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

/** Packs a package of this repository. Returns the path of its tarball. */
export async function pack(folder: string, cwd = ROOT): Promise<string> {
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
  const { stdout } = await run('npm', args, { cwd });
  return join(folder, JSON.parse(stdout)[0].filename);
}

function block(blocks: { language: string; code: string }[], language: string): string {
  return blocks.find((block) => block.language === language)?.code ?? '';
}
