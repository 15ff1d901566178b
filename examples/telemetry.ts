import FastifyOtelInstrumentation from '@fastify/otel';
import { NodeTracerProvider, type SpanProcessor } from '@opentelemetry/sdk-trace-node';
import Fastify, { type FastifyInstance } from 'fastify';
import issrPlugin from 'fastify-issr';

/**
 * A server with a span for each load and for each event and push of a page. An event begins a trace of its own: the
 * handshake of its connection may be hours old.
 *
 * @param spanProcessor sends the spans: `new BatchSpanProcessor(new OTLPTraceExporter())`
 */
export async function createTracedServer(spanProcessor: SpanProcessor): Promise<FastifyInstance> {
  const provider = new NodeTracerProvider({ spanProcessors: [spanProcessor] });
  provider.register();
  const instrumentation = new FastifyOtelInstrumentation({ instrumentHooks: false });
  instrumentation.setTracerProvider(provider);
  const fastify = Fastify();
  // Before the plugin, whose routes it wraps.
  await fastify.register(instrumentation.plugin());
  await fastify.register(issrPlugin);
  fastify.addHook('onClose', () => provider.shutdown());
  return fastify;
}
