import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Files whose source the site shows. */
const FILES = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => /\.(tsx?|json|js|css)$/.test(file))
  .sort();
/** Every example uses these. */
const SHARED = ['layout.tsx', 'head.tsx', 'public/style.css'];
const texts = new Map<string, string>();

/** Names of pages: a file's own, and `helpdesk` for its folder. */
export const NAMES = [...FILES, 'helpdesk'];

export function readSource(file: string): string {
  const text = texts.get(file) ?? readFileSync(join(import.meta.dirname, file), 'utf8');
  texts.set(file, text);
  return text;
}

/** Files of an example: its folder, or its file with the files that only this one uses. */
export function filesOf(name: string): string[] {
  if (!FILES.includes(name)) return FILES.filter((file) => file.includes(name));
  const text = readSource(name);
  const imports = Array.from(text.matchAll(/from '\.\/([\w-]+)\.js'/g), ([, file]) => file);
  const scripts = Array.from(text.matchAll(/src="\/([\w-]+\.js)"/g), ([, file]) => `public/${file}`);
  const used = FILES.filter(
    (file) =>
      imports.some((name) => file === `${name}.ts` || file === `${name}.tsx`) || scripts.includes(file),
  );
  return [name, ...used.filter((file) => !SHARED.includes(file))];
}
