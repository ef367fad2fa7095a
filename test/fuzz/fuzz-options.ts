/**
 * The same cases each time, so that a red test points to the change that broke it. FUZZ_SEED=$RANDOM tries new cases,
 * FUZZ_CASES sets how many.
 */
export const fuzzSeed = Number(process.env.FUZZ_SEED ?? 20261122)
export const casesOf = (usual: number): number => Number(process.env.FUZZ_CASES ?? usual)

/** Prints a line now and then: the progress, and how to repeat the run. */
export const progress = (what: string, done: number, all: number): void =>
  void process.stdout.write(`${what}: ${done} of ${all} cases, FUZZ_SEED=${fuzzSeed}\n`)
