import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A document that README.md names. */
export interface LinkedDocument {
  title: string;
  /** Path from the root of the repository. */
  file: string;
  /** The reason to read it, from README.md. */
  topic: string;
}

export interface DocumentGroup {
  text: string;
  documents: LinkedDocument[];
}

/** Each row of README.md's table of documents: `| to learn | [title](file) |`. */
const ROW = /^\| (.+?) \| \[(.+?)\]\((.+?\.md)\) \|$/gm;

/** The documents in the order of README.md's table: a guide, then what is looked up. */
export function documentsOf(repository: string): DocumentGroup[] {
  const readme = readFileSync(join(repository, 'README.md'), 'utf8');
  const documents = Array.from(readme.matchAll(ROW), ([, topic = '', title = '', file = '']) => ({
    title,
    file,
    topic,
  }));
  const firstReference = documents.findIndex(({ file }) => file === 'docs/options.md');
  return [
    { text: 'Guide', documents: documents.slice(0, firstReference) },
    { text: 'Reference', documents: documents.slice(firstReference) },
  ];
}

/**
 * The index for language models, with all documents after it.
 *
 * @see https://llmstxt.org
 */
export function llmsText(repository: string, groups: DocumentGroup[]): string {
  const index = groups.map(({ text, documents }) => {
    const lines = documents.map(({ title, file, topic }) => `- [${title}](/${file}): ${topic}`);
    return `## ${text}\n\n${lines.join('\n')}`;
  });
  const read = (file: string) => readFileSync(join(repository, file), 'utf8').trimEnd();
  const whole = groups.flatMap(({ documents }) => documents).map(({ file }) => read(file));
  const summary = '> Interactive server-side rendering for Fastify: routes return JSX, pages stay live.';
  return `${['# fastify-issr', summary, ...index, read('README.md'), ...whole].join('\n\n')}\n`;
}
