import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { FastifyPluginAsync } from 'fastify';
import { Layout } from './layout.js';

/** Seconds that a chart shows. */
const SPAN = 60;

interface Sample {
  /** Percent of one core. */
  cpu: number;
  /** MiB. */
  memory: number;
  /** Milliseconds, the 99th percentile of a second. */
  delay: number;
  pages: number;
}

const dashboard: FastifyPluginAsync = async (fastify) => {
  const samples: Sample[] = [];
  const delays = monitorEventLoopDelay({ resolution: 10 });
  delays.enable();
  let cpu = process.cpuUsage();
  let time = performance.now();

  function sample() {
    const { user, system } = process.cpuUsage(cpu);
    const elapsed = performance.now() - time;
    samples.push({
      cpu: (user + system) / 10 / elapsed,
      memory: process.memoryUsage.rss() / 2 ** 20,
      // The timer of the measurement itself is due every 10 ms.
      delay: Math.max(0, delays.percentile(99) / 1e6 - 10),
      pages: fastify.issr.pages.size,
    });
    samples.splice(0, samples.length - SPAN);
    delays.reset();
    cpu = process.cpuUsage();
    time = performance.now();
    void fastify.issr.changed('dashboard');
  }

  const timer = setInterval(sample, 1000).unref();
  fastify.addHook('onClose', async () => {
    clearInterval(timer);
    delays.disable();
  });

  fastify.issrRoute('/dashboard', { share: () => 'figures' }, ({ issr }) => {
    issr.watch('dashboard');
    const valuesOf = (name: keyof Sample) => samples.map((sample) => sample[name]);
    return (
      <Layout
        title="Dashboard"
        lead="Live figures of this server. Every second each open page receives the few attributes that changed."
        source="dashboard.tsx"
      >
        <div class="charts">
          <Chart title="CPU" unit="%" values={valuesOf('cpu')} floor={100} />
          <Chart title="Memory" unit="MiB" values={valuesOf('memory')} floor={128} />
          <Chart title="Event loop delay" unit="ms" values={valuesOf('delay')} floor={10} digits={1} />
          <Chart title="Open pages" values={valuesOf('pages')} floor={4} />
        </div>
      </Layout>
    );
  });
};

interface ChartProps {
  title: string;
  unit?: string;
  values: number[];
  /** The least value that the top of the chart stands for. */
  floor: number;
  digits?: number;
}

function Chart({ title, unit, values, floor, digits = 0 }: ChartProps) {
  const top = Math.max(floor, ...values);
  const last = values.at(-1) ?? 0;
  const points = values.map((value, i) => {
    const x = 100 - ((values.length - 1 - i) * 100) / (SPAN - 1);
    return `${x.toFixed(1)},${(40 - (36 * value) / top).toFixed(1)}`;
  });
  return (
    <figure class="panel">
      <figcaption>
        {title}
        <output>
          {last.toFixed(digits)} <small>{unit}</small>
        </output>
      </figcaption>
      <svg
        viewBox="0 0 100 40"
        preserveAspectRatio="none"
        role="img"
        aria-label={`${title} of the last minute`}
      >
        <polygon
          points={points.length > 0 ? `${points[0]?.split(',')[0]},40 ${points.join(' ')} 100,40` : ''}
        />
        <polyline points={points.join(' ')} />
      </svg>
      <p class="note">
        one minute · top {top.toFixed(digits)} {unit}
      </p>
    </figure>
  );
}

export default dashboard;
