import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DefaultTheme, defineConfig } from 'vitepress';
import { documentsOf, type LinkedDocument, llmsText } from './documents.js';

const REPOSITORY = join(import.meta.dirname, '../..');
const groups = documentsOf(REPOSITORY);

/** The documents as a site. README.md is its first page; its table of documents is the sidebar. */
export default defineConfig({
  title: 'fastify-issr',
  description: 'Interactive server-side rendering for Fastify',
  // README.md and its neighbours are pages too.
  srcDir: '../',
  srcExclude: ['**/node_modules/**', 'create/**'],
  // The address of the example site.
  ignoreDeadLinks: 'localhostLinks',
  rewrites: { 'README.md': 'index.md' },
  cacheDir: '../node_modules/.cache/vitepress',
  cleanUrls: true,
  // Tags in the text are text.
  markdown: { html: false, config: (markdown) => markdown.use(linkWithinSite).use(showCode) },
  themeConfig: {
    sidebar: groups.map(({ text, documents }) => ({ text, items: documents.map(linkTo) })),
    outline: [2, 3],
    search: {
      provider: 'local',
      options: {
        // The history of an option would come before its description.
        _render: (source, env, md) => (env.relativePath === 'CHANGELOG.md' ? '' : md.render(source, env)),
      },
    },
  },
  buildEnd({ outDir }) {
    writeFileSync(join(outDir, 'llms.txt'), llmsText(REPOSITORY, groups));
  },
});

function linkTo({ title, file }: LinkedDocument): DefaultTheme.SidebarItem {
  return { text: title, link: `/${file.replace(/\.md$/, '')}` };
}

/** The parts of `markdown-it` that links need. */
interface Token {
  type: string;
  attrGet(name: string): string | null;
  attrSet(name: string, value: string): void;
  children: Token[] | null;
}
interface Markdown {
  core: { ruler: { push(name: string, rule: (state: { tokens: Token[] }) => void): void } };
}

/** Leads a link to README.md to the first page, and one to an example's source to its page of this site. */
function linkWithinSite(markdown: Markdown): void {
  markdown.core.ruler.push('links-within-site', ({ tokens }) => {
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const href = token.type === 'link_open' ? token.attrGet('href') : null;
      if (href === null) continue;
      const readme = /^(?:\.\.\/)?README\.md(#.*)?$/.exec(href);
      const example = /^(?:\.\.\/)?examples\/([\w-]+)(?:\.tsx?|\/)$/.exec(href);
      if (readme) token.attrSet('href', `/${readme[1] ?? ''}`);
      else if (example) token.attrSet('href', `/docs/examples/${example[1]}`);
      else if (href === 'LICENSE') token.attrSet('href', 'https://spdx.org/licenses/MIT.html');
    }
  });
}

/** Shows code in a text as it is: Vue would run what is in `{{ }}`. */
function showCode(markdown: Markdown): void {
  markdown.core.ruler.push('show-code', ({ tokens }) => {
    for (const token of tokens.flatMap(({ children }) => children ?? []))
      if (token.type === 'code_inline') token.attrSet('v-pre', '');
  });
}
