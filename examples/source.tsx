import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox';
import { Layout } from './layout.js';

const FILES = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => /\.(tsx?|json)$/.test(file) || file.startsWith('public/helpdesk.'))
  .sort();
/** Files by the name of their page: a file's own, or that of an example of several files. */
const SOURCES = new Map<string, string[]>([
  ...FILES.map((file): [string, string[]] => [file, [file]]),
  ['helpdesk', FILES.filter((file) => file.includes('helpdesk'))],
]);

const schema = { params: Type.Object({ '*': Type.Enum([...SOURCES.keys()]) }) };

const source: FastifyPluginAsyncTypebox = async (fastify) => {
  fastify.issrRoute('/source/*', { schema }, ({ params: { '*': name } }) => {
    const files = SOURCES.get(name)?.map((file) => [file, readSource(file)] as const) ?? [];
    const lines = files.reduce((sum, [, text]) => sum + text.split('\n').length - 1, 0);
    return (
      <Layout
        title={name}
        lead={`All of it: ${lines} lines${files.length > 1 ? ` in ${files.length} files` : ''}.`}
      >
        {files.length > 1 && (
          <ul class="row files">
            {files.map(([file]) => (
              <li>
                <a href={`#${file}`}>{file}</a>
              </li>
            ))}
          </ul>
        )}
        {files.map(([file, text]) => (
          <>
            {files.length > 1 && <h2 id={file}>{file}</h2>}
            {/* Focusable, as a box that scrolls must be reachable by keyboard. */}
            <pre tabindex={0}>
              <code>{text}</code>
            </pre>
          </>
        ))}
      </Layout>
    );
  });
};

function readSource(file: string): string {
  return readFileSync(join(import.meta.dirname, file), 'utf8');
}

export default source;
