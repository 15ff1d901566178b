/** The list beside this code. */
export function Tiles({ x }: { x: number }) {
  return (
    <section>
      <button data-rr="click" action="x" value={x + 1}>
        add
      </button>
      <button data-rr="click" action="x" value={x - 1}>
        delete
      </button>
      <ol class="tiles">
        {Array.from({ length: x }, (_, n) => (
          <li>{n + 1}</li>
        ))}
      </ol>
    </section>
  );
}
