export interface Logged {
  type: 'error' | 'warning' | 'debug' | 'thrown';
  text: string;
}

/**
 * Keeps in `window.errorsOfTest` what the page throws and logs, for the next command to fetch. The browser
 * itself tells nothing of it under automation. Runs in the page, so it must not use anything from outside.
 */
export function watchErrors(): void {
  const logged: Logged[] = [];
  Object.assign(window, { errorsOfTest: logged });
  for (const method of ['error', 'warn', 'debug'] as const) {
    const write = console[method];
    const type = method === 'warn' ? 'warning' : method;
    console[method] = (...args) => {
      logged.push({ type, text: args.map(String).join(' ') });
      write.apply(console, args);
    };
  }
  const onThrown = (error: unknown): void => void logged.push({ type: 'thrown', text: String(error) });
  addEventListener('error', ({ error, message }) => onThrown(error ?? message));
  addEventListener('unhandledrejection', ({ reason }) => onThrown(reason));
  addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
    logged.push({ type: 'error', text: `Content Security Policy: ${violatedDirective} ${blockedURI}` }),
  );
}
