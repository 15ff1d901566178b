/** The page that `load.ts` measures: a list of `x`, and two buttons. `who` makes a page unlike all others. */
export function CounterPage({ x, who }: { x: number; who?: string | undefined }) {
  return (
    <html lang="en">
      <head>
        <title>Counter</title>
      </head>
      <body>
        {who && <p>{who}</p>}
        <Counter x={x} />
      </body>
    </html>
  );
}

export function Counter({ x }: { x: number }) {
  return (
    <>
      <ul>
        {Array.from({ length: x }, (_, n) => (
          <li key={n}>{n + 1}</li>
        ))}
      </ul>
      <button type="button" onclick="rr(this)" action="x" value={x + 1}>
        add
      </button>
      <button type="button" onclick="rr(this)" action="x" value={Math.max(0, x - 1)}>
        delete
      </button>
    </>
  );
}

/** `Counter` written by hand. */
export function counterText(x: number): string {
  const items = Array.from({ length: x }, (_, n) => `<li>${n + 1}</li>`).join('');
  const button = (value: number, label: string) =>
    `<button type="button" onclick="rr(this)" action="x" value="${value}">${label}</button>`;
  return `<ul>${items}</ul>${button(x + 1, 'add')}${button(Math.max(0, x - 1), 'delete')}`;
}
