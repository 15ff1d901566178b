import type { FastifyPluginAsync } from 'fastify';
import type { ComponentChildren } from 'preact';
import { Layout } from './layout.js';

interface TabBoxProps {
  /** Two boxes of one page need two names. */
  name: string;
  query: Record<string, unknown>;
  /** Title and content. */
  tabs: [title: string, content: ComponentChildren][];
}

/**
 * Any page can use it, and need not know of its tab: as the box has a name and a value, the page
 * remembers it as it does a field. The buttons assign that name.
 */
function TabBox({ name, query, tabs }: TabBoxProps) {
  const titles = tabs.map(([title]) => title);
  const value = titles.find((title) => title === query[name]) ?? titles[0];
  return (
    <section class="panel tab-box" name={name} value={value}>
      <nav aria-label={name}>
        {titles.map((title) => (
          <button onclick="rr(this)" action={name} value={title} aria-pressed={title === value}>
            {title}
          </button>
        ))}
      </nav>
      {tabs.map(([title, content]) => (
        <div hidden={title !== value}>{content}</div>
      ))}
    </section>
  );
}

const tabBox: FastifyPluginAsync = async (fastify) => {
  fastify.issrRoute<{ Querystring: Record<string, unknown> }>('/tab-box', ({ query }) => (
    <Layout
      title="Tab box"
      lead="One component, used twice. Each box remembers its own tab, by its name."
      source="tab-box.tsx"
    >
      <div class="columns">
        <TabBox
          name="recipe"
          query={query}
          tabs={[
            ['Bread', 'Flour, water, salt and a day of patience.'],
            ['Soup', 'Leeks, potatoes, and whatever the garden has.'],
            ['Notes', <textarea aria-label="Notes" placeholder="Your notes stay, even while hidden." />],
          ]}
        />
        <TabBox
          name="tea"
          query={query}
          tabs={[
            ['Green', '70 °C, two minutes.'],
            ['Black', 'Boiling, four minutes.'],
            ['Mint', 'Boiling, as long as you like.'],
          ]}
        />
      </div>
    </Layout>
  ));
};

export default tabBox;
