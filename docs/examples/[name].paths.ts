import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, parse } from 'node:path';

const FOLDER = join(import.meta.dirname, '../../examples');

/** A page for the source of each example: a file, or a folder of files. */
export default {
  paths() {
    const entries = readdirSync(FOLDER, { withFileTypes: true }).filter(({ name }) => name !== 'public');
    return entries.map((entry) => ({
      params: { name: parse(entry.name).name },
      content: entry.isDirectory() ? sourcesOf(join(FOLDER, entry.name)) : sourceOf(join(FOLDER, entry.name)),
    }));
  },
};

function sourcesOf(folder: string): string {
  return readdirSync(folder)
    .map((name) => `## ${name}\n\n${sourceOf(join(folder, name))}`)
    .join('\n\n');
}

function sourceOf(file: string): string {
  return `\`\`\`${extname(file).slice(1)}\n${readFileSync(file, 'utf8')}\`\`\``;
}
