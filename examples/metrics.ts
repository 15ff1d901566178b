import { channel } from 'node:diagnostics_channel';
import type { FastifyPluginAsync } from 'fastify';
import type { ActionTrace, DispatchTrace, RefusedMessage, SendMessage } from 'fastify-issr';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Seconds. */
const BUCKETS = [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10];

/** Figures of this process for Prometheus at `/metrics`, a path to keep from the public. */
const metrics: FastifyPluginAsync = async (fastify) => {
  const registry = new Registry();
  const registers = [registry];
  const gauges = {
    pages: new Gauge({ name: 'issr_pages', help: 'Joined pages.', registers }),
    connectedPages: new Gauge({ name: 'issr_connected_pages', help: 'Pages with a connection.', registers }),
    unjoinedPages: new Gauge({ name: 'issr_unjoined_pages', help: 'Loads that have not joined.', registers }),
    queuedEvents: new Gauge({ name: 'issr_queued_events', help: 'Events that wait.', registers }),
    storedBytes: new Gauge({ name: 'issr_stored_bytes', help: 'HTML of the open pages.', registers }),
    isAdapterUp: new Gauge({
      name: 'issr_adapter_up',
      help: 'Other processes can be reached: 1.',
      registers,
    }),
  };
  const renders = new Histogram({
    name: 'issr_render_seconds',
    help: 'Renders of open pages, by kind (event, visit, push) and HTTP status.',
    labelNames: ['kind', 'status'],
    buckets: BUCKETS,
    registers,
  });
  const actions = new Counter({
    name: 'issr_actions_total',
    help: 'Declared actions, by name and outcome.',
    labelNames: ['name', 'outcome'],
    registers,
  });
  const sent = new Counter({ name: 'issr_sent_bytes_total', help: 'Bytes of messages to pages.', registers });
  const refused = new Counter({
    name: 'issr_refused_total',
    help: 'Refused input.',
    labelNames: ['what'],
    registers,
  });

  const starts = new WeakMap<object, number>();
  const subscriptions = {
    'tracing:issr:dispatch:start': (trace: DispatchTrace) => starts.set(trace, performance.now()),
    'tracing:issr:dispatch:asyncEnd'(trace: DispatchTrace) {
      const seconds = (performance.now() - (starts.get(trace) ?? 0)) / 1000;
      renders.observe({ kind: trace.kind, status: trace.status }, seconds);
    },
    'tracing:issr:action:asyncEnd'({ name, isRefused, ...trace }: ActionTrace) {
      const outcome = 'error' in trace ? 'failed' : isRefused ? 'refused' : 'done';
      actions.inc({ name, outcome });
    },
    'issr:send': ({ bytes }: SendMessage) => sent.inc(bytes),
    'issr:refused': ({ what }: RefusedMessage) => refused.inc({ what }),
  };
  for (const [name, listener] of Object.entries(subscriptions))
    channel(name).subscribe(listener as (message: unknown) => void);
  fastify.addHook('onClose', async () => {
    for (const [name, listener] of Object.entries(subscriptions))
      channel(name).unsubscribe(listener as (message: unknown) => void);
  });

  fastify.get('/metrics', async (_request, reply) => {
    const stats = fastify.issr.stats();
    for (const [name, gauge] of Object.entries(gauges)) gauge.set(Number(stats[name as keyof typeof gauges]));
    return reply.type(registry.contentType).send(await registry.metrics());
  });
};

export default metrics;
