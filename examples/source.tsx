import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { EXAMPLES } from './catalog.js';
import { Code } from './code.js';
import { Layout } from './layout.js';
import { filesOf, NAMES, readSource } from './sources.js';

const schema = {
  params: Type.Object({ '*': Type.Enum(NAMES) }),
  querystring: Type.Object({ file: Type.Enum(['', ...NAMES], { default: '' }) }),
};

const source: FastifyPluginAsyncTypebox = async (fastify) => {
  fastify.issrRoute('/source/*', { schema, url: ['file'] }, ({ params: { '*': name }, query }) => {
    const files = filesOf(name);
    const shown = files.includes(query.file) ? query.file : (files[0] ?? '');
    const example = EXAMPLES.find(({ source }) => source === name);
    return (
      <Layout title={example?.title ?? name} lead={example?.shows ?? 'A file of the examples.'} isWide>
        <div class={example && 'beside'}>
          {example && <iframe src={example.href} title={`${example.title}, running`} loading="lazy" />}
          <section class="source" aria-label="Source">
            <div class="row files">
              {files.map((file) => (
                <a
                  class="chip"
                  href={`?file=${encodeURIComponent(file)}`}
                  data-rr="click"
                  action="file"
                  value={file}
                  aria-current={file === shown ? 'page' : undefined}
                >
                  {file.replace(`${name}/`, '')}
                </a>
              ))}
              <span class="note">{countLines(files)} lines in all</span>
              <button type="button" do="copy #code">
                Copy
              </button>
            </div>
            <Code id="code" file={shown} />
          </section>
        </div>
      </Layout>
    );
  });
};

function countLines(files: string[]): number {
  return files.reduce((sum, file) => sum + readSource(file).split('\n').length - 1, 0);
}

export default source;
