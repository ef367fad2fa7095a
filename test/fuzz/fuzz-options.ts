/**
 * The same cases each time, so that a change is blamed for what it broke and for nothing else; FUZZ_SEED=$RANDOM looks
 * for news, FUZZ_CASES makes a run longer or shorter.
 */
export const fuzzSeed = Number(process.env.FUZZ_SEED ?? 20261122)
export const casesOf = (usual: number): number => Number(process.env.FUZZ_CASES ?? usual)

/** A line every so often, which says that it goes on, and how to repeat it. */
export const progress = (what: string, done: number, all: number): void =>
  void process.stdout.write(`${what}: ${done} of ${all} cases, FUZZ_SEED=${fuzzSeed}\n`)
