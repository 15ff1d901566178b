import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Later } from 'fastify-issr';
import { Type } from 'typebox';
import { Layout } from './layout.js';
import { PLANTS } from './plants.js';

const WEEKS = ['This week', 'Last week', 'The week before'];
const schema = { querystring: Type.Object({ week: Type.Integer({ default: 0, minimum: 0, maximum: 2 }) }) };

const reports: FastifyPluginAsyncTypebox = async (fastify) => {
  fastify.issrRoute('/reports', { schema, url: ['week'] }, ({ query: { week } }) => (
    <Layout
      title="Slow parts"
      lead="The page shows at once. Its parts take 0.1, 0.5 and 2 seconds, once for each week."
      source="reports.tsx"
    >
      <div class="row" name="week" value={week}>
        {WEEKS.map((label, n) => (
          <button type="button" action="week" value={n} aria-pressed={n === week} data-rr="click">
            {label}
          </button>
        ))}
      </div>
      <div class="reports">
        <Later as="section" class="panel" fallback={<Waiting title="Orders" />} when={[week]}>
          {async (signal) => <Orders count={await countOrders(week, signal)} />}
        </Later>
        <Later as="section" class="panel" fallback={<Waiting title="Best sellers" />} when={[week]}>
          {async (signal) => <BestSellers rows={await findBestSellers(week, signal)} />}
        </Later>
        <Later as="section" class="panel" fallback={<Waiting title="Forecast" />}>
          {async (signal) => <Forecast values={await forecast(signal)} />}
        </Later>
      </div>
      <label>
        Notes
        <textarea name="notes" rows={3} placeholder="Write while the parts load." />
      </label>
    </Layout>
  ));
};

const Waiting = ({ title }: { title: string }) => (
  <>
    <h2>{title}</h2>
    <p class="skeleton">Loading …</p>
  </>
);

const Orders = ({ count }: { count: number }) => (
  <>
    <h2>Orders</h2>
    <output>{count.toLocaleString('en')}</output>
  </>
);

const BestSellers = ({ rows }: { rows: [name: string, sold: number][] }) => (
  <>
    <h2>Best sellers</h2>
    <table>
      {rows.map(([name, sold]) => (
        <tr key={name}>
          <th scope="row">{name}</th>
          <td>
            <meter value={sold} max={120}>
              {sold}
            </meter>
          </td>
          <td>{sold}</td>
        </tr>
      ))}
    </table>
  </>
);

const Forecast = ({ values }: { values: number[] }) => (
  <>
    <h2>Forecast</h2>
    <svg
      viewBox="0 0 110 40"
      preserveAspectRatio="none"
      role="img"
      aria-label={`Orders of the next 12 weeks: ${values.join(', ')}`}
    >
      <polyline points={values.map((value, n) => `${n * 10},${40 - value / 60}`).join(' ')} />
    </svg>
    <p class="note">Orders of the next 12 weeks</p>
  </>
);

/** Stand-ins for a database and a service that answer slowly, and that stop when no page waits for them. */
async function countOrders(week: number, signal: AbortSignal): Promise<number> {
  await sleep(100, undefined, { signal });
  return 1482 - 73 * week;
}

async function findBestSellers(week: number, signal: AbortSignal): Promise<[name: string, sold: number][]> {
  await sleep(500, undefined, { signal });
  return [0, 1, 2, 3, 4].map((n) => [
    PLANTS[(n * 41 + week * 17) % PLANTS.length]?.[0] ?? '',
    112 - 19 * n - 4 * week,
  ]);
}

async function forecast(signal: AbortSignal): Promise<number[]> {
  await sleep(2000, undefined, { signal });
  return Array.from({ length: 12 }, (_, n) => Math.round(1400 + 500 * Math.sin(n / 2) + 30 * n));
}

export default reports;
