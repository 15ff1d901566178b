/** `Control+s` → `{Control>}s{/Control}`, as user-event writes it. */
export function toKeys(combination: string): string {
  const keys = combination === '+' ? ['+'] : combination.split('+');
  const key = keys.pop() ?? '';
  const down = keys.map((name) => `{${name}>}`).join('');
  const up = keys.map((name) => `{/${name}}`).reverse();
  return `${down}{${key}}${up.join('')}`;
}
