/** Longer rows are not kept from one scratch scope to the next. A table of 1,000 × 5 needs two of half this length. */
const MAX_LENGTH = 1 << 18;
const SMALLEST = 256;

const rows: Int32Array[] = [];
let used = 0;
let scopes = 0;

/**
 * Runs a job whose rows are all reused once it has returned. A new row costs a microsecond, as its memory lies
 * outside the heap, and a diff of a small page needs a dozen. Nothing that holds a row may outlive the job.
 */
export function withScratch<Result>(job: () => Result): Result {
  const mark = used;
  scopes++;
  try {
    return job();
  } finally {
    scopes--;
    used = mark;
    if (scopes === 0) dropLongRows();
  }
}

function dropLongRows(): void {
  for (let i = rows.length - 1; i >= 0; i--)
    if ((rows[i] as Int32Array).length > MAX_LENGTH) rows.splice(i, 1);
}

/** A row of numbers with arbitrary content: from the scratch scope, or a new one outside of any scope. */
export function acquire(): Int32Array {
  if (scopes === 0) return new Int32Array(SMALLEST);
  if (used === rows.length) rows.push(new Int32Array(SMALLEST));
  return rows[used++] as Int32Array;
}

/** A row of twice the length with the same content. It takes the place of the shorter one in the scratch scope. */
export function grow(row: Int32Array): Int32Array {
  const longer = new Int32Array(row.length * 2);
  longer.set(row);
  const index = rows.lastIndexOf(row, used - 1);
  if (scopes > 0 && index !== -1) rows[index] = longer;
  return longer;
}
