import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { Layout } from './layout.js';
import { PLANTS } from './plants.js';

const schema = {
  querystring: Type.Object({
    q: Type.String({ default: '', maxLength: 60 }),
    sort: Type.Enum(['name', 'botanical'], { default: 'name' }),
  }),
};

const search: FastifyPluginAsyncTypebox = async (fastify) => {
  // The address says what is shown: it can be shared, and Back works.
  fastify.issrRoute('/search', { schema, url: ['q', 'sort'] }, ({ query: { q, sort } }) => {
    const found = find(q, sort === 'botanical' ? 1 : 0);
    return (
      <Layout
        title="Live search"
        lead={`${PLANTS.length} plants. The server searches when you pause for a moment.`}
        source="search.tsx"
      >
        <form class="panel search" onsubmit="rr(this)">
          <label>
            Plant
            <input
              type="search"
              name="q"
              value={q}
              maxlength={60}
              autocomplete="off"
              placeholder="rose"
              oninput="drr(this, 200)"
            />
          </label>
          <div class="row" name="sort" value={sort}>
            {['name', 'botanical'].map((order) => (
              <button
                type="button"
                action="sort"
                value={order}
                aria-pressed={order === sort}
                onclick="rr(this)"
              >
                by {order === 'botanical' ? 'Latin name' : order}
              </button>
            ))}
            <span class="note" role="status">
              {found.length} found
            </span>
          </div>
        </form>
        <ul class="found">
          {found.map(([name, botanical]) => (
            <li key={botanical}>
              {name} <i lang="la">{botanical}</i>
            </li>
          ))}
        </ul>
        {found.length === 0 && <p class="empty">No plant has “{q}” in its name.</p>}
      </Layout>
    );
  });
};

function find(q: string, sortedBy: 0 | 1) {
  const wanted = q.trim().toLowerCase();
  return PLANTS.filter((names) => names.some((name) => name.toLowerCase().includes(wanted))).sort((a, b) =>
    a[sortedBy].localeCompare(b[sortedBy], 'en'),
  );
}

export default search;
