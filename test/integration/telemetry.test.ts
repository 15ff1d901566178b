import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SpanKind, trace } from '@opentelemetry/api';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { createTracedServer } from '../../examples/telemetry.js';
import { PageDriver } from '../support/page-driver.js';
import { listen } from '../support/server.js';
import { waitFor } from '../support/wait.js';

test('a load, an event and a push are a span each, in a trace of its own', async (t) => {
  const exporter = new InMemorySpanExporter();
  const fastify = await createTracedServer(new SimpleSpanProcessor(exporter));
  t.after(() => fastify.close());
  const inside: (string | undefined)[] = [];
  fastify.issrRoute('/tickets/:id', { actions: { close: () => {} } }, () => {
    inside.push(trace.getActiveSpan()?.spanContext().traceId);
    return `<p>${inside.length}</p>`;
  });
  const page = await PageDriver.open(await listen(fastify), '/tickets/7');
  await page.rr({ actions: [['close', '']] });
  await fastify.issr.rr('/tickets/7');

  const spans = () =>
    exporter
      .getFinishedSpans()
      .filter(
        ({ kind, attributes }) => kind === SpanKind.SERVER && attributes['http.route'] === '/tickets/:id',
      );
  await waitFor(() => spans().length === 3);
  assert.deepEqual(
    spans().map(({ attributes, parentSpanContext: parent }) => [attributes['url.path'], parent]),
    [
      ['/tickets/7', undefined],
      ['/tickets/7?close=', undefined],
      ['/tickets/7', undefined],
    ],
  );
  const traces = spans().map((span) => span.spanContext().traceId);
  assert.equal(new Set(traces).size, 3);
  assert.deepEqual(inside, traces, 'a handler runs in the trace of its own request');
});
