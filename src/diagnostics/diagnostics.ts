import { type Channel, channel, type TracingChannel, tracingChannel } from 'node:diagnostics_channel';
import type {
  ActionTrace,
  ConnectMessage,
  DiffTrace,
  DisconnectMessage,
  DispatchTrace,
  RefusedMessage,
  RenderTrace,
  SendMessage,
} from './payloads.js';

/**
 * Channels of `node:diagnostics_channel`, shared by all registrations of the process. Nothing is made for a channel
 * without subscribers.
 */
export const diagnostics = {
  dispatch: tracingChannel<unknown, DispatchTrace>('issr:dispatch'),
  action: tracingChannel<unknown, ActionTrace>('issr:action'),
  render: tracingChannel<unknown, RenderTrace>('issr:render'),
  diff: tracingChannel<unknown, DiffTrace>('issr:diff'),
  send: channel('issr:send') as Channel<unknown, SendMessage>,
  connect: channel('issr:connect') as Channel<unknown, ConnectMessage>,
  disconnect: channel('issr:disconnect') as Channel<unknown, DisconnectMessage>,
  refused: channel('issr:refused') as Channel<unknown, RefusedMessage>,
};

/**
 * Runs a step that may be asynchronous inside its channel. `asyncEnd` is always its end, so that subscribers need
 * not tell the two kinds apart.
 *
 * @param describe adds the outcome to the trace
 */
export function trace<Trace extends object, Result>(
  tracing: TracingChannel<unknown, Trace>,
  context: Trace,
  step: () => Result,
  describe?: (result: Awaited<Result>) => void,
): Result {
  const finish = (error?: { thrown: unknown }) => {
    if (error) tracing.error.publish(Object.assign(context, { error: error.thrown }));
    tracing.asyncStart.publish(context);
    tracing.asyncEnd.publish(context);
  };
  const succeed = (result: Awaited<Result>) => {
    describe?.(result);
    finish();
    return result;
  };
  const fail = (thrown: unknown) => {
    finish({ thrown });
    throw thrown;
  };
  return tracing.start.runStores(context, () => {
    let result: Result;
    try {
      result = step();
    } catch (thrown) {
      tracing.end.publish(context);
      return fail(thrown);
    }
    tracing.end.publish(context);
    if (result instanceof Promise) return result.then(succeed, fail) as Result;
    return succeed(result as Awaited<Result>) as Result;
  });
}
