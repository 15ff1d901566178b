import type { onResponseAsyncHookHandler } from 'fastify';
import type { MistakeLog } from './mistake-log.js';
import { createWarn } from './warnings.js';

/** Returns a hook of the script's route. Warns if another hook answers first, as one that redirects strangers does. */
export function warnOfRefusedScript(mistakes: MistakeLog): onResponseAsyncHookHandler {
  const logged = new Set<string>();
  return async ({ log, url, headers }, { statusCode }) => {
    if (statusCode < 300 || statusCode === 304) return;
    const warn = createWarn((mistake) => mistakes.warn(log, headers.referer ?? url, mistake), logged);
    warn(
      'ISSR_WARN_HOOK',
      `a hook of the app answered its script with ${statusCode}, so the page does not connect`,
    );
  };
}
