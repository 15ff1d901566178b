import type { FastifyRequest } from 'fastify';
import { pageErrorOf } from '../dispatch/page-error.js';
import type { RequestState } from '../dispatch/request-state.js';
import { type ActionGenerator, drain, RunningAction } from '../running/running-action.js';
import type { Runtime } from '../runtime.js';

/** A generator that a declared action returned. */
export interface GeneratorRun {
  name: string;
  generator: ActionGenerator;
  /** Aborts the `request.signal` of the action. */
  controller: AbortController;
  state: RequestState;
  request: FastifyRequest;
  respond(result: unknown): unknown;
}

/**
 * Runs an action that yields. Returns its first value, or undefined if it takes longer than a turn of the event loop: the
 * page's turn stays free, and what comes later is shown by pushes. A form without script waits for the end.
 */
export async function runGenerator(
  { deadlines, options }: Runtime,
  { name, generator, controller, state, request, respond }: GeneratorRun,
): Promise<unknown> {
  const { page } = state;
  const running = page?.running;
  if (!page || !running) return drain(generator, () => state.renewDeadline?.() === true);
  const run = running.enter(() => new RunningAction(generator, controller, deadlines));
  await run.begin();
  if (!run.end) {
    const onError = (error: unknown, status: number) => {
      request.log.error({ err: error }, 'issr: a running action failed');
      const shown = pageErrorOf(options, { status, requestId: request.id }, error);
      page.send?.(['error', page.lastAnsweredEvent ?? 0, shown]);
    };
    running.add({ name, run, respond, onError });
    state.running = run;
  } else if ('error' in run.end) throw run.end.error;
  return run.result;
}
