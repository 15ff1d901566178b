/** Settles when the scripts that later ones have to wait for have run. */
let blocking: Promise<unknown> | undefined;

/**
 * Makes the scripts of a patch run in document order, as at a load: browsers run each inserted script
 * as soon as it is there. An inline script gets its text, and so runs, after the loading ones before it.
 *
 * @param fill inserts the script's text
 */
export function fillInOrder(script: HTMLScriptElement, fill: () => void): void {
  const { type } = script;
  const isLoaded = script.hasAttribute('src');
  if (!script.hasAttribute('async')) script.async = false;
  if (!isLoaded && blocking) block(blocking.then(fill));
  else fill();
  const isClassic = type === '' || /^(text|application)\/(java|ecma)script$/i.test(type);
  if (!isLoaded || !isClassic || script.async || script.defer || script.noModule) return;
  const loaded = new Promise((resolve) => {
    for (const event of ['load', 'error']) script.addEventListener(event, resolve, { once: true });
  });
  block(Promise.all([blocking, loaded]));
}

function block(scripts: Promise<unknown>): void {
  blocking = scripts.catch(console.error);
  const mine = blocking;
  void mine.then(() => {
    if (blocking === mine) blocking = undefined;
  });
}
