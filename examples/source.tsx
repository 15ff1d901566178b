import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox';
import { Layout } from './layout.js';

const FILES = readdirSync(import.meta.dirname).filter((file) => /\.tsx?$/.test(file));
const schema = { params: Type.Object({ file: Type.Enum(FILES) }) };

const source: FastifyPluginAsyncTypebox = async (fastify) => {
  fastify.issrRoute('/source/:file', { schema }, ({ params: { file } }) => {
    const text = readFileSync(join(import.meta.dirname, file), 'utf8');
    return (
      <Layout title={file} lead={`All of it: ${text.split('\n').length - 1} lines.`}>
        {/* Focusable, as a box that scrolls must be reachable by keyboard. */}
        <pre tabindex={0}>
          <code>{text}</code>
        </pre>
      </Layout>
    );
  });
};

export default source;
