#!/usr/bin/env node
/** `npm create fastify-issr@latest my-app`: copies the template, and the files of each option over it. */
import { randomBytes } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const USAGE = `Usage: npm create fastify-issr@latest <folder> -- [options]

  --database   keep the notes in an SQLite file
  --sign-in    ask for a user and a password
  --help       show this text
`;

/** Options that have a folder of files. */
const OPTIONS = ['database', 'sign-in'];
const HERE = import.meta.dirname;

try {
  await main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

async function main() {
  const options = {
    help: { type: 'boolean' },
    database: { type: 'boolean' },
    'sign-in': { type: 'boolean' },
  };
  const { values, positionals } = parseArgs({ allowPositionals: true, options });
  const [name] = positionals;
  if (values.help || positionals.length !== 1) {
    console.log(USAGE);
    process.exitCode = values.help ? 0 : 1;
    return;
  }
  const folder = resolve(name);
  await create(
    folder,
    OPTIONS.filter((option) => values[option]),
  );
  console.log(`Created ${folder}. Next:\n\n  cd ${name}\n  npm install\n  npm run dev\n`);
  if (values['sign-in']) console.log('The user is admin, and .env has its password.\n');
}

/** @throws Error if the folder has files, except those of git */
async function create(folder, chosen) {
  await mkdir(folder, { recursive: true });
  if ((await readdir(folder)).some((name) => name !== '.git')) throw new Error(`${folder} is not empty.`);
  const layers = [join(HERE, 'template'), ...chosen.map((option) => join(HERE, 'options', option))];
  const project = { name: packageName(folder) };
  for (const layer of layers) {
    await cp(layer, folder, { recursive: true });
    merge(project, JSON.parse(await readFile(join(layer, 'package.json'), 'utf8')));
  }
  const own = JSON.parse(await readFile(join(HERE, 'package.json'), 'utf8'));
  project.dependencies['fastify-issr'] = `^${own.version}`;
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(project, null, 2)}\n`);
  // npm leaves files named .gitignore out of packages.
  await rename(join(folder, 'gitignore'), join(folder, '.gitignore'));
  const readme = join(folder, 'README.md');
  await writeFile(readme, (await readFile(readme, 'utf8')).replaceAll('NAME', project.name));
  await writeFile(join(folder, '.env'), settings(chosen), { mode: 0o600 });
}

/** Secrets of this project. The file is not in the template, so that no two projects share them. */
function settings(chosen) {
  const lines = [`SECRET=${randomBytes(32).toString('hex')}`];
  if (chosen.includes('sign-in'))
    lines.push('USER_NAME=admin', `PASSWORD=${randomBytes(9).toString('base64url')}`);
  return `${lines.join('\n')}\n`;
}

/** Adds what `other` has, also inside objects. */
function merge(project, other) {
  for (const [key, value] of Object.entries(other)) {
    if (typeof value === 'object') project[key] = sortKeys({ ...project[key], ...value });
    else project[key] = value;
  }
}

function sortKeys(object) {
  return Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** https://docs.npmjs.com/cli/configuring-npm/package-json#name */
function packageName(folder) {
  return (
    basename(folder)
      .toLowerCase()
      .replace(/[^a-z0-9._-]+/g, '-')
      .replace(/^[._-]+/, '') || 'app'
  );
}
