/**
 * The first seed of a random test. The test command always tries the same pages, so that it is red only
 * for what a change has broken; `npm run fuzz` tries new ones (`ISSR_FUZZ_SEED=random`), many more of them.
 * A seed that failed is run again by `ISSR_FUZZ_SEED=<seed>`.
 */
export function firstSeed(): number {
  const given = process.env.ISSR_FUZZ_SEED ?? '1';
  return given === 'random' ? Math.floor(Math.random() * 2 ** 31) : Number(given);
}
