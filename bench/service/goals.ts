import type { ListingCase, ListingTurn } from './listing.ts'
import type { MemoryUse } from './memory.ts'
import type { Engine, PayingTurn, PayingWay } from './paying.ts'
import type { RoundTrips } from './round-trips.ts'
import type { StartUp } from './start-up.ts'
import { median } from './statistics.ts'
import type { TargetName } from './targets.ts'

/** All that one run measured. */
export interface Results {
  readonly listing: readonly ListingTurn[]
  readonly paying: readonly PayingTurn[]
  readonly startUps: readonly StartUp[]
  readonly memory: readonly MemoryUse[]
  readonly roundTrips: readonly RoundTrips[]
  /** One management call at the gate while 500 wait, in microseconds. */
  readonly gateUs: number
}

/** What stands between a figure and its goal; how much each is, `docs/performance.md` says of one run. */
const causes = {
  listing: 'collections under the heap flags, a third of it (decision 0042), then HTTP and streams of Node',
  rate: 'CPU, as above',
  gate: 'flat; a call passes the lines of three purposes twice, and the quota is a new value each time',
} as const

/** A goal, and how far it is reached. */
export interface GoalRow {
  readonly what: string
  /** Of the measured version, and of the one before it where there was one; NaN where nothing was measured. */
  readonly now: number
  readonly before: number
  readonly goal: number
  /** Whether more is better. */
  readonly isLeast?: boolean
  readonly unit: '×' | 'ms' | 'MB' | 'µs' | '%' | ''
  /** What the distance is, where the goal is not met. */
  readonly because?: string
}

export function goalRows(results: Results): GoalRow[] {
  const both = (of: (target: TargetName) => number) => ({ now: of('tillgate'), before: of('before') })
  const cpu = (size: ListingCase['size'], answers: ListingCase['answers'], goal: number): GoalRow => ({
    what: `listing, CPU per request against bare, ${size}, ${answers}`,
    ...both((target) => median(listingRatios(results.listing, { target, size, answers }, 'cpuMsPerRequest'))),
    goal,
    unit: '×',
    because: causes.listing,
  })
  const rate = (answers: ListingCase['answers'], goal: number): GoalRow => ({
    what: `listing, requests/s against bare, 1.1 kB, ${answers}`,
    ...both((target) =>
      median(listingRatios(results.listing, { target, size: '1.1 kB', answers }, 'perSecond')),
    ),
    goal,
    isLeast: true,
    unit: '×',
    because: causes.rate,
  })
  const own = (engine: Engine, way: PayingWay, goal: number): GoalRow => ({
    what: `paying, own time p50 at 50/s, ${engine}, ${way}`,
    ...both((target) => median(ownTimes(results.paying, { target, engine, way }))),
    goal,
    unit: 'ms',
  })
  const startOf = (target: TargetName) => results.startUps.find((each) => each.target === target)
  const memoryOf = (target: TargetName) => results.memory.find((each) => each.target === target)
  const tripsOf = (target: TargetName) => results.roundTrips.find((each) => each.target === target)
  return [
    cpu('1.1 kB', 'read anew', 1.9),
    cpu('1.1 kB', 'seen before', 1.6),
    cpu('6.2 kB', 'read anew', 3),
    cpu('6.2 kB', 'seen before', 1.8),
    rate('read anew', 0.55),
    rate('seen before', 0.65),
    {
      what: "listing for a customer's token, round trips in a row",
      ...both((target) => tripsOf(target)?.toList ?? Number.NaN),
      goal: 1,
      unit: '',
    },
    {
      what: 'a management call at the gate while 500 wait',
      now: results.gateUs,
      before: Number.NaN,
      goal: 2,
      unit: 'µs',
      because: causes.gate,
    },
    own('SQLite', 'alone', 4.5),
    own('SQLite', 'overlapping', 4.5),
    own('Postgres', 'alone', 8),
    own('Postgres', 'overlapping', 8),
    {
      what: 'paying, round trips between access token and charge',
      ...both((target) => tripsOf(target)?.beforeCharge ?? Number.NaN),
      goal: 0,
      unit: '',
    },
    {
      what: 'start to ready, new ledger',
      ...both((target) => startOf(target)?.newLedgerMs ?? Number.NaN),
      goal: 550,
      unit: 'ms',
    },
    {
      what: 'start to ready, known ledger',
      ...both((target) => startOf(target)?.knownLedgerMs ?? Number.NaN),
      goal: 500,
      unit: 'ms',
    },
    {
      what: 'resident memory, idle',
      ...both((target) => memoryOf(target)?.idleMb ?? Number.NaN),
      goal: 100,
      unit: 'MB',
    },
    {
      what: 'resident memory, at 64 connections',
      ...both((target) => memoryOf(target)?.loadedMb ?? Number.NaN),
      goal: 150,
      unit: 'MB',
    },
  ]
}

type Listed = Pick<ListingTurn, 'target'> & Partial<ListingCase>

const isCase = ({ target, ...wanted }: Listed, turn: ListingTurn) =>
  turn.target === target &&
  Object.entries({ token: 'order_ids', connections: 64, ...wanted }).every(
    ([key, value]) => turn.case[key as keyof ListingCase] === value,
  )

/** Against the bare handler, in each round by itself, because rounds differ more than programs do. */
export function listingRatios(
  turns: readonly ListingTurn[],
  listed: Listed,
  figure: 'cpuMsPerRequest' | 'perSecond',
): number[] {
  const base = turns.filter((turn) => isCase({ ...listed, target: 'bare' }, turn))
  return turns
    .filter((turn) => isCase(listed, turn))
    .map((turn, round) => turn[figure] / (base[round]?.[figure] ?? Number.NaN))
}

/** What is added to the bare handler's time, at the median of each round. */
export function ownTimes(
  turns: readonly PayingTurn[],
  about: Pick<PayingTurn, 'target' | 'engine' | 'way'>,
): number[] {
  const of = ({ target, engine, way }: Pick<PayingTurn, 'target' | 'engine' | 'way'>) =>
    turns.filter((turn) => turn.target === target && turn.engine === engine && turn.way === way)
  const base = of({ target: 'bare', engine: null, way: about.way })
  return of(about).map(({ p50Ms }, round) => p50Ms - (base[round]?.p50Ms ?? Number.NaN))
}

export const isMet = ({ now, goal, isLeast = false }: GoalRow) => (isLeast ? now >= goal : now <= goal)
