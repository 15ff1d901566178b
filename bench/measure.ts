/**
 * CPU time of several things side by side: in turn, round after round, so that a machine whose speed
 * drifts is the same for all. Medians over the rounds; ratios are to be quoted, not times.
 */
export interface Measured {
  name: string;
  /** CPU microseconds of one call, user and system, all threads. */
  micros: number;
}

export interface MeasureOptions {
  /** @default 9 */
  rounds?: number;
  /** Calls of each case in one round. @default 2000 */
  calls?: number;
}

export async function measure(
  cases: Record<string, () => unknown>,
  { rounds = 9, calls = 2000 }: MeasureOptions = {},
): Promise<Measured[]> {
  const times = new Map<string, number[]>(Object.keys(cases).map((name) => [name, []]));
  for (const run of Object.values(cases)) await timeCalls(run, calls);
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of Object.entries(cases)) times.get(name)?.push(await timeCalls(run, calls));
  }
  return Array.from(times, ([name, all]) => ({ name, micros: median(all) }));
}

/** Awaits each call, so that work left to the next turn of the event loop is part of its cost. */
async function timeCalls(run: () => unknown, calls: number): Promise<number> {
  const start = process.cpuUsage();
  for (let i = 0; i < calls; i++) {
    await run();
    if (i % 16 === 0) await new Promise(setImmediate);
  }
  await new Promise(setImmediate);
  const { user, system } = process.cpuUsage(start);
  return (user + system) / calls;
}

export function median(values: number[]): number {
  return quantile(values, 0.5);
}

/** @param q from 0 to 1 */
export function quantile(values: number[], q: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * q)] ?? Number.NaN;
}

/** A Markdown table; the ratio is to the last case. */
export function printMeasured(title: string, measured: Measured[]): void {
  const base = measured.at(-1)?.micros ?? Number.NaN;
  console.log(`\n${title}\n\n| | CPU µs | ratio |\n| --- | ---: | ---: |`);
  for (const { name, micros } of measured) {
    console.log(`| ${name} | ${micros.toFixed(1)} | ${(micros / base).toFixed(2)} |`);
  }
}
