import type { KillPointsResult } from './kill-points.ts'
import { PROMISES, type Promised } from './promises.ts'
import type { ChaosResult } from './run-chaos.ts'
import type { StormResult } from './storm-result.ts'

export interface ReportAbout {
  /** What reproduces it. */
  readonly command: string
  readonly commit: string
  readonly at: Date
}

const begin = '<!-- chaos figures: written by `npm run chaos -- --report` -->'
const end = '<!-- end of chaos figures -->'

/** @returns the page with the figures between its two marks replaced. */
export function withFigures(page: string, result: ChaosResult, about: ReportAbout): string {
  const [before, rest] = page.split(begin)
  const after = rest?.split(end)[1]
  if (before === undefined || after === undefined) throw new Error('The report has lost its marks')
  return [before, begin, '\n\n', figures(result, about), '\n\n', end, after].join('')
}

function figures(
  { storms, troubles, naive, killPoints }: ChaosResult,
  { command, commit, at }: ReportAbout,
): string {
  const columns = naive ? [...storms, naive] : storms
  return [
    `Run on ${at.toISOString().slice(0, 10)}, commit \`${commit}\`:`,
    `\`\`\`sh\n${command}\n\`\`\``,
    '### The storm',
    stormTable(columns),
    '### What it found',
    violationTable(columns),
    ...(killPoints.length > 0 ? ['### Killed at every boundary', killPointTable(killPoints)] : []),
    ...(columns.some((each) => each.troubles.length > 0) || troubles.length > 0
      ? ['### Troubles, and how soon all is well again', troubleTable([...storms, ...troubles])]
      : []),
    ...(storms.length > 0 ? ['### Payments in doubt', unknownTable(storms)] : []),
    '### What was met, by kind',
    faultTable(columns),
  ].join('\n\n')
}

/** The naive handler keeps no ledger, so some of the questions cannot be put to it. */
const hasLedger = ({ statuses }: StormResult) => statuses.none === undefined
const notAsked = '–'
const aboutLedger = new Set<Promised>(['settles', 'recorded', 'sentOnce', 'ledger'])

type Row = readonly [label: string, value: (storm: StormResult) => string | number]

const rows: readonly Row[] = [
  ['instances', (storm) => storm.instances],
  ['seconds of storm', (storm) => storm.stormSeconds],
  ['orders', (storm) => storm.orders],
  ['answers that shoppers got', (storm) => storm.answers],
  ['requests that got none', (storm) => storm.unanswered],
  ['answers to requests that preferred to wait', (storm) => storm.waited],
  ['of these, told of an end that came while they waited', (storm) => storm.toldInTime],
  ['charge requests at the payments host', (storm) => storm.chargeRequests],
  ['orders charged', (storm) => storm.chargedOrders],
  ['`kill -9` of an instance', (storm) => storm.fleet.kills],
  ['rolling restarts by SIGTERM', (storm) => storm.fleet.rollingRestarts],
  ['crashes of the database', (storm) => storm.databaseCrashes],
  ['times that a standby took over', (storm) => storm.failOvers],
  ['times that the payments host refused connections', (storm) => storm.refusals],
  ['changes of what BigCommerce shows late, and how', (storm) => storm.lagChanges],
  ['acts of merchants, and other ways of showing what is so', (storm) => sum(storm.met)],
  ['faults on charges and the calls around them', (storm) => sum(storm.faults)],
  [
    'attempts left half-way by a dead instance, not sent',
    (storm) => (hasLedger(storm) ? storm.abandoned.released : notAsked),
  ],
  [
    'attempts left half-way by a dead instance, perhaps charged',
    (storm) => (hasLedger(storm) ? storm.abandoned.unknown : notAsked),
  ],
  ['still held at the end, nothing charged', (storm) => (hasLedger(storm) ? storm.held : notAsked)],
  ['seconds until all else was settled', (storm) => (hasLedger(storm) ? storm.settleSeconds : notAsked)],
  ['instances that ended by themselves', (storm) => storm.crashes],
]

const stormTable = (storms: readonly StormResult[]) =>
  table(
    ['', ...storms.map(({ name }) => name)],
    rows.map(([label, value]) => [label, ...storms.map(value)]),
  )

const violationTable = (storms: readonly StormResult[]) =>
  table(
    ['', ...storms.map(({ name }) => name)],
    (Object.keys(PROMISES) as Promised[]).map((promise) => [
      PROMISES[promise],
      ...storms.map((storm) =>
        aboutLedger.has(promise) && !hasLedger(storm)
          ? notAsked
          : storm.violations.filter((each) => each.promise === promise).length,
      ),
    ]),
  )

const killPointTable = (results: readonly KillPointsResult[]) =>
  table(
    ['', 'boundaries', 'kills', 'orders', 'charges', 'held, nothing charged', 'violations'],
    results.map((each) => [
      each.name,
      each.boundaries.length,
      each.kills,
      each.orders,
      each.charges,
      each.held,
      each.violations.length,
    ]),
  )

const faultTable = (storms: readonly StormResult[]) => {
  const metBy = ({ faults, met }: StormResult) => ({ ...faults, ...met })
  const names = [...new Set(storms.flatMap((storm) => Object.keys(metBy(storm))))].sort()
  return table(
    ['', ...storms.map(({ name }) => name)],
    names.map((name) => [name, ...storms.map((storm) => metBy(storm)[name] ?? 0)]),
  )
}

/** One row for each trouble that was met, in each storm. */
export const troubleTable = (storms: readonly StormResult[]): string =>
  table(
    [
      'trouble',
      'database',
      'lasted',
      'longest time between two payments',
      'first payment after it',
      'last refusal after it',
      'all settled after it',
      'held, nothing charged',
    ],
    storms.flatMap(({ name, troubles }) =>
      troubles.map((each) => [
        each.name,
        name,
        seconds(each.lastedMs),
        seconds(each.longestPauseMs),
        seconds(each.firstPaidMs),
        each.lastRefusedMs === null ? 'none' : seconds(each.lastRefusedMs),
        seconds(each.allSettledMs),
        each.held,
      ]),
    ),
  )

export const unknownTable = (storms: readonly StormResult[]): string =>
  table(
    [
      '',
      'charges sent',
      'in doubt for a while',
      'share',
      'half of them for at most',
      '95 in 100 for at most',
      'still in doubt at the end',
    ],
    storms.map(({ name, sent, unknown }) => [
      name,
      sent,
      unknown.payments,
      `${((100 * unknown.payments) / Math.max(1, sent)).toFixed(1)} %`,
      `${unknown.medianSeconds} s`,
      `${unknown.p95Seconds} s`,
      unknown.open,
    ]),
  )

const seconds = (ms: number | null) => (ms === null ? 'not in time' : `${(ms / 1_000).toFixed(1)} s`)

const sum = (counts: Readonly<Record<string, number>>) =>
  Object.values(counts).reduce((one, other) => one + other, 0)

const table = (head: readonly string[], body: readonly (readonly (string | number)[])[]) =>
  [head, head.map(() => '---'), ...body].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
