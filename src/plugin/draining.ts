import type { FastifyInstance } from 'fastify';

type Drain = () => Promise<void>;

/** Avvio's part of a Fastify instance, which its types lack. `addHook('onClose')` calls it too. */
interface Closable {
  onClose?(fn: Drain): unknown;
}

/** The drains of all registrations on one server. They run side by side. */
const drainsOf = new WeakMap<object, Drain[]>();

/**
 * Runs before the server begins to close, while it still answers requests: from `preClose` on, Fastify answers every
 * request by 503, also the events of open pages. A server that never was ready closes without it.
 *
 * @param drain must not reject
 */
export function drainBeforeClosing(scope: FastifyInstance, drain: Drain): void {
  const { server } = scope;
  const drains = drainsOf.get(server);
  if (drains) {
    drains.push(drain);
    return;
  }
  const all = [drain];
  drainsOf.set(server, all);
  scope.addHook('onReady', async () => {
    // Avvio runs the last one first, and Fastify added its own before this hook.
    (scope as Closable).onClose?.(async () => {
      await Promise.all(all.map((one) => one()));
    });
  });
}
