import { type GoalRow, goalRows, isMet, listingRatios, ownTimes, type Results } from './goals.ts'
import { LISTING_CASES } from './listing.ts'
import { PAYING_WAYS } from './paying.ts'
import { table } from './report.ts'
import { median } from './statistics.ts'
import type { TargetName } from './targets.ts'

export const labels: Readonly<Record<TargetName, string>> = {
  bare: 'bare Fastify + undici',
  tillgate: '**Tillgate**',
  before: 'the build before',
  proxy: '@fastify/http-proxy',
}

/** All tables of a comparison, as Markdown. */
export const comparisonTables = (results: Results): string =>
  [
    '#### Goals',
    goalTable(goalRows(results)),
    ...(results.listing.length > 0
      ? ['#### Listing the payment methods of an order', listingTable(results)]
      : []),
    ...(results.paying.length > 0 ? ['#### Paying an order, 50 a second', payingTable(results)] : []),
    '#### Start and memory',
    startTable(results),
    failuresLine(results),
  ].join('\n\n')

export const goalTable = (rows: readonly GoalRow[]): string =>
  table(
    ['', 'the build before', 'measured', 'goal', ''],
    rows
      .filter(({ now }) => !Number.isNaN(now))
      .map((row) => [
        row.what,
        shown(row, row.before),
        `**${shown(row, row.now)}**`,
        `${row.isLeast ? '≥' : '≤'} ${shown(row, row.goal)}`,
        wordOf(row),
      ]),
  )

function wordOf(row: GoalRow): string {
  if (isMet(row)) return 'met'
  const away = `not met: ${shown(row, Math.abs(row.now - row.goal))} away`
  return row.because ? `${away}; ${row.because}` : away
}

function shown({ unit }: Pick<GoalRow, 'unit'>, value: number): string {
  if (Number.isNaN(value)) return '-'
  switch (unit) {
    case '×':
      return `${value.toFixed(2)} ×`
    case 'ms':
      return `${value < 100 ? value.toFixed(1) : value.toFixed(0)} ms`
    case 'µs':
      return `${value.toFixed(1)} µs`
    case 'MB':
      return `${value.toFixed(0)} MB`
    case '%':
      return `${value.toFixed(1)} %`
    case '':
      return String(value)
    default:
      return unit satisfies never
  }
}

function listingTable({ listing }: Results): string {
  const names = [...new Set(listing.map(({ target }) => target))].filter((name) => name !== 'bare')
  const rows = LISTING_CASES.flatMap((listingCase) =>
    names.map((target) => {
      const { size, answers, token, connections } = listingCase
      const about = { ...listingCase, target }
      const own = listing.filter((turn) => turn.target === target && turn.case === listingCase)
      const base = listing.filter((turn) => turn.target === 'bare' && turn.case === listingCase)
      return [
        `${size}, ${answers}`,
        `\`${token}\``,
        connections,
        labels[target],
        spanOf(listingRatios(listing, about, 'cpuMsPerRequest')),
        spanOf(listingRatios(listing, about, 'perSecond')),
        median(own.map((turn) => turn.cpuMsPerRequest)).toFixed(3),
        median(base.map((turn) => turn.cpuMsPerRequest)).toFixed(3),
        median(own.map((turn) => turn.perSecond)).toFixed(0),
      ]
    }),
  )
  return table(
    [
      'answer',
      'token',
      'connections',
      '',
      'CPU, × bare',
      'requests/s, × bare',
      'CPU ms/request',
      'of bare',
      'requests/s',
    ],
    rows,
  )
}

function payingTable({ paying }: Results): string {
  const programs = [...new Map(paying.map((turn) => [`${turn.target} ${turn.engine}`, turn])).values()]
  const rows = programs.flatMap(({ target, engine }) =>
    PAYING_WAYS.map((way) => {
      const turns = paying.filter(
        (turn) => turn.target === target && turn.engine === engine && turn.way === way,
      )
      return [
        labels[target],
        engine ?? '-',
        way,
        target === 'bare' ? '-' : spanOf(ownTimes(paying, { target, engine, way })),
        median(turns.map(({ p50Ms }) => p50Ms)).toFixed(1),
        median(turns.map(({ p99Ms }) => p99Ms)).toFixed(1),
        median(turns.map(({ cpuMsPerPayment }) => cpuMsPerPayment)).toFixed(1),
      ]
    }),
  )
  return table(['', 'ledger', '', 'own time p50 ms', 'p50 ms', 'p99 ms', 'CPU ms/payment'], rows)
}

function startTable({ startUps, memory }: Results): string {
  const names = [...new Set([...startUps, ...memory].map(({ target }) => target))]
  return table(
    ['', 'new ledger', 'known ledger', 'resident, idle', 'resident, at 64 connections'],
    names.map((name) => {
      const start = startUps.find(({ target }) => target === name)
      const use = memory.find(({ target }) => target === name)
      return [
        labels[name],
        shown({ unit: 'ms' }, start?.newLedgerMs ?? Number.NaN),
        shown({ unit: 'ms' }, start?.knownLedgerMs ?? Number.NaN),
        shown({ unit: 'MB' }, use?.idleMb ?? Number.NaN),
        shown({ unit: 'MB' }, use?.loadedMb ?? Number.NaN),
      ]
    }),
  )
}

function failuresLine({ listing, paying }: Results): string {
  const failures = [...listing, ...paying].reduce((sum, turn) => sum + turn.failures, 0)
  const late = Math.max(0, ...paying.map(({ lateMs }) => lateMs))
  return `${failures} requests failed. The load generator was up to ${late.toFixed(1)} ms late (its 99th percentile), which is in the latencies.`
}

/** The median, and the lowest and highest round. */
const spanOf = (values: readonly number[]) =>
  `${median(values).toFixed(2)} (${Math.min(...values).toFixed(2)}–${Math.max(...values).toFixed(2)})`
