import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox';
import type { ComponentChildren } from 'preact';
import { Layout } from './layout.js';

interface TabBoxProps {
  /** Two boxes of one page need two names. */
  name: string;
  /** The tab on show. */
  value: number;
  /** Title and content. */
  tabs: [title: string, content: ComponentChildren][];
}

/** The box is a param itself, as it has a name and a value: so the page remembers the tab. The buttons assign it. */
function TabBox({ name, value, tabs }: TabBoxProps) {
  return (
    <section class="panel tab-box" name={name} value={value}>
      <nav>
        {tabs.map(([title], index) => (
          <button onclick="rr(this)" action={name} value={index} aria-pressed={index === value}>
            {title}
          </button>
        ))}
      </nav>
      {tabs.map(([, content], index) => (
        <div hidden={index !== value}>{content}</div>
      ))}
    </section>
  );
}

const tab = Type.Integer({ default: 0, minimum: 0, maximum: 2 });
const schema = { querystring: Type.Object({ recipe: tab, tea: tab }) };

const tabBox: FastifyPluginAsyncTypebox = async (fastify) => {
  fastify.issrRoute('/tab-box', { schema }, ({ query: { recipe, tea } }) => (
    <Layout
      title="Tab box"
      lead="One component, used twice. Each box remembers its own tab, by its name."
      source="tab-box.tsx"
    >
      <div class="columns">
        <TabBox
          name="recipe"
          value={recipe}
          tabs={[
            ['Bread', 'Flour, water, salt and a day of patience.'],
            ['Soup', 'Leeks, potatoes, and whatever the garden has.'],
            ['Notes', <textarea aria-label="Notes" placeholder="What you write stays, hidden or not." />],
          ]}
        />
        <TabBox
          name="tea"
          value={tea}
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
