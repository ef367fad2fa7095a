import { closedLoop, openLoop } from './load.ts'
import type { Progress } from './progress.ts'
import { percentile } from './statistics.ts'
import type { Store } from './store.ts'
import {
  OPERATIONS,
  type Operation,
  startTarget,
  type Target,
  type TargetName,
  type TargetSurroundings,
} from './targets.ts'

export interface Round {
  readonly target: TargetName
  readonly operation: Operation
  readonly perSecondMax: number
  /** CPU of the process for each request, at full speed. */
  readonly cpuMsPerRequest: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** How late the generator itself sent (p99). */
  readonly lateMs: number
  readonly failures: number
}

export interface TargetUse {
  readonly target: TargetName
  /** Resident memory before and after the load. */
  readonly idleMb: number
  readonly loadedMb: number
}

export interface Comparison {
  readonly rounds: readonly Round[]
  /** Of the processes, in the order of `names`. */
  readonly uses: readonly TargetUse[]
}

export interface CompareOptions {
  readonly names: readonly TargetName[]
  readonly surroundings: TargetSurroundings
  readonly rounds: number
  /** Of each measurement. */
  readonly seconds: number
  readonly progress: Progress
}

/** As in the goals (reference: fifty requests a second, upstream without delay). */
const perSecond = 50
const connections = 64
/** Enough different orders that no read is shared by chance. */
const listedOrders = 1_000
/** More than any of the three can pay on one core. */
const payablePerSecondMax = 1_500
/** For the JIT, pools, and the first page of everything. */
const warmUpSeconds = 2

export const stepsOf = (rounds: number, names: readonly TargetName[]) =>
  rounds * names.length * OPERATIONS.length

/** All of them run all the time and take turns, so that other work of the machine affects all alike. */
export async function compare(options: CompareOptions): Promise<Comparison> {
  const { names, surroundings, rounds, seconds, progress } = options
  const started: { readonly name: TargetName; readonly target: Target; readonly idleMb: number }[] = []
  const measured: Round[] = []
  try {
    for (const name of names) {
      const target = await startTarget(name, surroundings)
      started.push({ name, target, idleMb: (await target.use()).rssMb })
    }
    for (let round = 0; round <= rounds; round++) {
      const isWarmUp = round === 0
      for (const operation of OPERATIONS) {
        for (const { name, target } of turned(started, round)) {
          progress.say(`${isWarmUp ? 'warming up' : `round ${round} of ${rounds}`}: ${name}, ${operation}`)
          const span = isWarmUp ? warmUpSeconds : seconds
          const result = await measure(target, operation, surroundings.store, span)
          if (isWarmUp) continue
          measured.push({ target: name, operation, ...result })
          progress.step()
        }
      }
    }
    const uses: TargetUse[] = []
    for (const { name, target, idleMb } of started) {
      uses.push({ target: name, idleMb, loadedMb: (await target.use()).rssMb })
    }
    return { rounds: measured, uses }
  } finally {
    await Promise.all(started.map(({ target }) => target.stop()))
  }
}

async function measure(target: Target, operation: Operation, store: Store, seconds: number) {
  const isPaying = operation === 'pay'
  const orders = (perSecondMax: number) =>
    store.makeOrders(isPaying ? Math.ceil(perSecondMax * seconds) : listedOrders)
  const toSaturate = await orders(payablePerSecondMax)
  const before = await target.use()
  const most = await closedLoop({ target, operation, orderIds: toSaturate, connections, seconds })
  const after = await target.use()
  const steady = await openLoop({ target, operation, orderIds: await orders(perSecond), perSecond, seconds })
  return {
    perSecondMax: most.answers / most.seconds,
    cpuMsPerRequest: (after.cpuMs - before.cpuMs) / most.answers,
    p50Ms: percentile(steady.latenciesMs, 0.5),
    p99Ms: percentile(steady.latenciesMs, 0.99),
    lateMs: steady.lateMs,
    failures: most.failures + steady.failures,
  }
}

/** Each round begins with another program, so that the same one does not always follow a heavy one. */
const turned = <T>(all: readonly T[], by: number): T[] =>
  all.map((_, index) => all[(index + by) % all.length] as T)
