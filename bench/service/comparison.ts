import { join } from 'node:path'
import { LISTING_CASES, type ListingTurn, listFor } from './listing.ts'
import type { MeasuredProcess } from './measured-process.ts'
import { type Engine, PAYING_WAYS, type PayingTurn, payFor, payToWarmUp } from './paying.ts'
import type { Progress } from './progress.ts'
import { type Surroundings, startTarget, type TargetName } from './targets.ts'

interface ComparisonOptions {
  readonly names: readonly TargetName[]
  readonly surroundings: Surroundings
  readonly rounds: number
  /** Of each turn. */
  readonly seconds: number
  readonly progress: Progress
}

/** For the JIT, pools, and the first page of everything. */
const warmUpSeconds = 2

/**
 * Lists each case with every program in turn, round by round. All of them run all the time, so that other work of the machine
 * affects all alike, and each round begins with another program, so that the same one does not always follow a heavy one.
 */
export async function compareListing(options: ComparisonOptions): Promise<ListingTurn[]> {
  const { names, surroundings, rounds, seconds, progress } = options
  const running: { readonly name: TargetName; readonly measured: MeasuredProcess }[] = []
  const turns: ListingTurn[] = []
  try {
    for (const name of names) {
      const databaseUrl = `sqlite:${join(surroundings.folder, `listing-${name}.db`)}`
      running.push({ name, measured: await startTarget(name, surroundings, { databaseUrl }) })
    }
    for (let round = 0; round <= rounds; round++) {
      const cases = round === 0 ? LISTING_CASES.slice(0, 4) : LISTING_CASES
      for (const listingCase of cases) {
        const { size, answers } = listingCase
        progress.say(`listing, round ${round} of ${rounds}: ${size}, ${answers}`)
        for (const { name, measured } of turned(running, round)) {
          const turn = await listFor(name, measured, listingCase, round === 0 ? warmUpSeconds : seconds)
          if (round > 0) turns.push(turn)
        }
        progress.step()
      }
    }
    return turns
  } finally {
    await Promise.all(running.map(({ measured }) => measured.stop()))
  }
}

export interface PayingOptions extends ComparisonOptions {
  /** @returns the address of a new database on Postgres. */
  readonly newPostgresDatabase: () => Promise<string>
}

export async function comparePaying(options: PayingOptions): Promise<PayingTurn[]> {
  const { surroundings, rounds, seconds, progress } = options
  const running: { target: TargetName; engine: Engine | null; measured: MeasuredProcess }[] = []
  const turns: PayingTurn[] = []
  try {
    for (const { target, engine } of payersOf(options.names)) {
      const databaseUrl =
        engine === 'Postgres'
          ? await options.newPostgresDatabase()
          : `sqlite:${join(surroundings.folder, `paying-${target}.db`)}`
      running.push({ target, engine, measured: await startTarget(target, surroundings, { databaseUrl }) })
    }
    progress.say('paying: warming up')
    for (const { measured } of running) await payToWarmUp(measured, warmUpSeconds)
    for (let round = 1; round <= rounds; round++) {
      for (const way of PAYING_WAYS) {
        progress.say(`paying, round ${round} of ${rounds}: ${way}`)
        for (const about of turned(running, round))
          turns.push(await payFor(about, surroundings.upstream, way, seconds))
        progress.step()
      }
    }
    return turns
  } finally {
    await Promise.all(running.map(({ measured }) => measured.stop()))
  }
}

/** The bare handler has no ledger; the proxy is not compared here, since a hook makes its payments. */
function payersOf(names: readonly TargetName[]) {
  const engines = (target: TargetName): (Engine | null)[] =>
    target === 'proxy' ? [] : target === 'bare' ? [null] : ['SQLite', 'Postgres']
  return names.flatMap((target) => engines(target).map((engine) => ({ target, engine })))
}

export const listingSteps = (rounds: number) => 4 + rounds * LISTING_CASES.length
export const payingSteps = (rounds: number) => rounds * PAYING_WAYS.length

const turned = <T>(all: readonly T[], by: number): T[] =>
  all.map((_, index) => all[(index + by) % all.length] as T)
