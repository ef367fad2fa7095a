import { randomInt } from 'node:crypto'

/** FUZZ_SEED repeats a run; FUZZ_CASES makes it longer or shorter. */
export const fuzzSeed = Number(process.env.FUZZ_SEED ?? randomInt(2 ** 31))
export const casesOf = (usual: number): number => Number(process.env.FUZZ_CASES ?? usual)

/** A line every so often, which says that it goes on, and how to repeat it. */
export const progress = (what: string, done: number, all: number): void =>
  void process.stdout.write(`${what}: ${done} of ${all} cases, FUZZ_SEED=${fuzzSeed}\n`)
