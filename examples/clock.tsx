import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { Layout } from './layout.js';

const ZONES = [
  'UTC',
  'America/New_York',
  'America/Sao_Paulo',
  'Europe/Berlin',
  'Africa/Nairobi',
  'Asia/Tokyo',
];
const schema = { querystring: Type.Object({ zone: Type.Enum(ZONES, { default: 'UTC' }) }) };

const clock: FastifyPluginAsyncTypebox = async (fastify) => {
  let timer: NodeJS.Timeout | undefined;

  fastify.issr.onConnect((page) => {
    if (page.path === '/clock') timer ??= setInterval(tick, 1000);
  });
  fastify.addHook('onClose', async () => clearInterval(timer));

  /** Renders the page for every visitor who has it open. The clock stops when the last one leaves. */
  async function tick() {
    if ((await fastify.issr.rr('/clock')) > 0) return;
    clearInterval(timer);
    timer = undefined;
  }

  fastify.issrRoute('/clock', { schema }, ({ query: { zone } }) => {
    const time = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium', timeZone: zone }).format();
    return (
      <Layout
        title="Clock"
        lead="The server renders this page every second and sends what changed."
        source="clock.tsx"
      >
        <section class="panel clock">
          <Face time={time} />
          <time class="digits">{time}</time>
          <label>
            Time zone
            <select name="zone" onchange="rr(this)">
              {ZONES.map((name) => (
                <option value={name} selected={name === zone}>
                  {name.replace(/.*\//, '').replace('_', ' ')}
                </option>
              ))}
            </select>
          </label>
        </section>
      </Layout>
    );
  });
};

/** @param props.time as in `14:03:09` */
function Face({ time }: { time: string }) {
  const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number);
  return (
    <svg viewBox="-50 -50 100 100" aria-hidden="true">
      {Array.from({ length: 12 }, (_, hour) => (
        <line class="tick" y1="-46" y2="-41" transform={`rotate(${hour * 30})`} />
      ))}
      <line class="hour" y1="2" y2="-24" transform={`rotate(${hours * 30 + minutes / 2})`} />
      <line class="minute" y1="2" y2="-36" transform={`rotate(${minutes * 6})`} />
      <line class="second" y1="8" y2="-40" transform={`rotate(${seconds * 6})`} />
      <circle r="2.2" />
    </svg>
  );
}

export default clock;
