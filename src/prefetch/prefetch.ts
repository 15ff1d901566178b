import { dispatch } from '../dispatch/dispatch.js';
import { RequestState } from '../dispatch/request-state.js';
import { noncesFor } from '../http/content-policy.js';
import type { CapturedResult } from '../http/virtual-http.js';
import type { Page } from '../page/page.js';
import type { Prefetch } from '../page/render-queue.js';
import {
  changeParams,
  limitParams,
  Params,
  paramsOfUrl,
  pathOf,
  setParams,
  urlWithParams,
} from '../params/params.js';
import type { PrefetchNonces } from '../protocol.js';
import type { Runtime } from '../runtime.js';
import { NO_FLASHES } from '../signed/flash-cookies.js';

/**
 * Renders a page ahead of the event that its visitor may be about to send: params → dispatch → HTML → diff → send, beside the
 * page's queue and on copies of its state. Nothing of the page changes: no action runs, cookies of the answer are
 * dropped, and what the render watches counts only at the event, which renders again.
 *
 * @param size length of the message
 */
export function prefetch(runtime: Runtime, page: Page, asked: Prefetch, size: number): void {
  const kept = page.shadow.prefetched(runtime.options.maxPrefetches);
  const refuse = () => {
    kept.drop(asked.id);
    page.send(['prefetched', asked.id]);
  };
  if (!kept.begin(asked.id)) return page.send(['prefetched', asked.id]);
  const render = () => {
    try {
      return renderAhead(runtime, page, asked, refuse);
    } catch {
      // The event itself would break the limit.
      return refuse();
    }
  };
  if (!page.queue.renderAhead(size, () => render() ?? undefined)) refuse();
}

function renderAhead(
  runtime: Runtime,
  page: Page,
  asked: Prefetch,
  refuse: () => void,
): Promise<void> | undefined {
  const { actions, url: target, peer } = asked;
  if (page.state !== 'connected' || !runtime.routes.hasPage(target ?? page.address, peer.headers)) {
    refuse();
    return undefined;
  }
  const state = createState(page, asked);
  const params = target === undefined ? paramsOf(page, asked, state) : paramsOfUrl(target);
  limitParams(params, runtime.options);
  const url = urlWithParams(pathOf(target ?? page.path), params, actions);
  return dispatch(runtime, { peer, url, state }, (answer) => {
    if (!state.isPage || page.state !== 'connected' || page.isBehind) refuse();
    else sendAhead(runtime, page, asked, answer);
  });
}

/** The state of a visit is new. That of any other event is a copy of the page's. */
function createState(page: Page, { actions, url, peer }: Prefetch): RequestState {
  const state = new RequestState(page.id, page);
  state.prefetch = true;
  state.prefetchUrl = url;
  state.assigned = actions.map(([name]) => name);
  state.connection = peer.requestId;
  if (url !== undefined) return state;
  state.lateParts = page.late;
  state.memory = page.memory.copy();
  if (actions.length > 0) {
    state.memory.result = page.hasRun?.result;
    state.memory.flashes = NO_FLASHES;
  }
  return state;
}

function paramsOf(page: Page, { change, actions }: Prefetch, { memory }: RequestState): Params {
  memory?.touchAll({ change, actions });
  memory?.keepFormer(page.params, change);
  const params = setParams(new Params(), [...page.params]);
  changeParams(params, change);
  return params;
}

function sendAhead(
  { store, options }: Runtime,
  page: Page,
  { id, url }: Prefetch,
  { headers, body: html, pieces }: CapturedResult,
): void {
  const before = page.shadow.baseFor(html, url !== undefined);
  const transition = store.transition(before, pieces ?? html);
  const policy = noncesFor(headers, transition.patch ?? html);
  const nonces: PrefetchNonces | undefined = policy && [policy.scripts, policy.styles, policy.isStrict];
  if (!page.shadow.prefetched(options.maxPrefetches).keep(id, transition.after)) return;
  page.output.sendPrefetched(id, transition, html, nonces);
}
