import type { Comparison, Round } from './compare.ts'
import type { Soak } from './soak.ts'
import type { StartUp } from './start-up.ts'
import { median } from './statistics.ts'
import { OPERATIONS, type Operation, type TargetName } from './targets.ts'

const labels: Readonly<Record<TargetName, string>> = {
  bare: 'bare Fastify + undici',
  tillgate: '**Tillgate**',
  before: 'Tillgate, the build before',
  proxy: '@fastify/http-proxy',
}
const headings: Readonly<Record<Operation, string>> = {
  methods: 'Listing the payment methods of an order',
  pay: 'Paying an order',
}
type Figure = Exclude<keyof Round, 'target' | 'operation'>

/** The tables of a comparison, as Markdown. */
export function comparisonTables({ rounds, uses }: Comparison, startUps: readonly StartUp[]): string {
  return [
    ...OPERATIONS.map((operation) =>
      operationTable(
        rounds,
        operation,
        uses.map(({ target }) => target),
      ),
    ),
    '#### Memory and start',
    table(
      ['', 'resident, idle', 'resident, after the load', 'start to ready, median', 'best'],
      uses.map(({ target, idleMb, loadedMb }, index) => [
        labels[target],
        `${idleMb.toFixed(0)} MB`,
        `${loadedMb.toFixed(0)} MB`,
        `${startUps[index]?.medianMs.toFixed(0)} ms`,
        `${startUps[index]?.bestMs.toFixed(0)} ms`,
      ]),
    ),
  ].join('\n\n')
}

function operationTable(
  rounds: readonly Round[],
  operation: Operation,
  names: readonly TargetName[],
): string {
  const of = (target: TargetName) =>
    rounds.filter((each) => each.target === target && each.operation === operation)
  const base = of('bare')
  const typical = (target: TargetName, figure: Figure) => median(of(target).map((round) => round[figure]))
  /** For each round, because rounds differ more than programs do. */
  const ratio = (target: TargetName, figure: Figure) =>
    of(target).map((round, index) => round[figure] / (base[index]?.[figure] ?? Number.NaN))
  const rows = names.map((name) => [
    labels[name],
    typical(name, 'perSecondMax').toFixed(0),
    spanOf(ratio(name, 'perSecondMax')),
    typical(name, 'cpuMsPerRequest').toFixed(2),
    spanOf(ratio(name, 'cpuMsPerRequest')),
    typical(name, 'p50Ms').toFixed(1),
    typical(name, 'p99Ms').toFixed(1),
  ])
  const failures = rounds
    .filter((each) => each.operation === operation)
    .reduce((sum, each) => sum + each.failures, 0)
  const late = Math.max(...names.map((name) => typical(name, 'lateMs')))
  const head = ['', 'requests/s', 'ratio', 'CPU ms/request', 'ratio', 'p50 ms', 'p99 ms']
  const change = (figure: Figure) =>
    spanOf(
      of('tillgate').map((round, index) => round[figure] / (of('before')[index]?.[figure] ?? Number.NaN)),
    )
  return [
    `#### ${headings[operation]}`,
    table(head, rows),
    ...(names.includes('before')
      ? [
          `Against the build before, round by round: requests/s ${change('perSecondMax')}, CPU ${change('cpuMsPerRequest')}, p50 ${change('p50Ms')}.`,
        ]
      : []),
    `${failures} requests failed. The load generator was up to ${late.toFixed(1)} ms late (its 99th percentile), which is in the latencies.`,
  ].join('\n\n')
}

/** The median, and the lowest and highest round. */
const spanOf = (values: readonly number[]) =>
  `${median(values).toFixed(2)} (${Math.min(...values).toFixed(2)}–${Math.max(...values).toFixed(2)})`

/** The result of a soak, as Markdown. */
export function soakTable({ seconds, requests, failures, payP99Ms, samples, trend, isFlat }: Soak): string {
  const [first, last] = [samples[0], samples.at(-1)]
  const rows = [
    ['duration', `${seconds} s`],
    ['requests answered', requests],
    ['requests that failed', failures],
    ['p99 of a payment', `${payP99Ms.toFixed(1)} ms`],
    [
      'heap after garbage collection, first and last',
      `${first?.heapMb.toFixed(1)} and ${last?.heapMb.toFixed(1)} MB`,
    ],
    ['resident memory, first and last', `${first?.rssMb.toFixed(0)} and ${last?.rssMb.toFixed(0)} MB`],
    [
      'trend of the heap once warm',
      `${(trend.perMinute * 1_024).toFixed(0)} ± ${(trend.errorPerMinute * 2 * 1_024).toFixed(0)} kB a minute`,
    ],
    ['memory is flat', isFlat === null ? 'too short to tell' : isFlat ? 'yes' : '**no**'],
  ]
  return table(['', ''], rows)
}

const table = (head: readonly string[], body: readonly (readonly (string | number)[])[]) =>
  [head, head.map(() => '---'), ...body].map((cells) => `| ${cells.join(' | ')} |`).join('\n')

/** @returns the page with the text between the marks of that name replaced. */
export function withFigures(page: string, name: string, figures: string): string {
  const begin = `<!-- ${name}: written by \`npm run bench\` -->`
  const end = `<!-- end of ${name} -->`
  const [before, rest] = page.split(begin)
  const after = rest?.split(end)[1]
  if (before === undefined || after === undefined)
    throw new Error(`docs/performance.md has lost its marks for ${name}`)
  return [before, begin, '\n\n', figures, '\n\n', end, after].join('')
}
