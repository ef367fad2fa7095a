import { statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fillLedger } from '../ledger/fill.ts'
import { paying } from './callers.ts'
import { isGood, openLoop } from './load.ts'
import { orderToPay } from './paying.ts'
import type { Progress } from './progress.ts'
import { table } from './report.ts'
import { percentile } from './statistics.ts'
import { type Surroundings, startTarget } from './targets.ts'

/** A ledger with so many ended payments, and what starting and paying with it costs. */
export interface EndedRow {
  readonly payments: number
  readonly megabytes: number
  readonly startMs: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Of one core, while nothing is asked. */
  readonly idlePercent: number
  readonly failures: number
}

/** The store's allowance. */
const perSecond = 12.5
const idleSeconds = 5

/** Whether a ledger with many ended payments starts and pays as an empty one does. Five million rows take some minutes and 5 GB. */
export async function measureEnded(
  surroundings: Surroundings,
  payments: number,
  seconds: number,
  progress: Progress,
): Promise<EndedRow[]> {
  const rows: EndedRow[] = []
  for (const count of [0, payments]) {
    progress.say(`a ledger of ${count} ended payments`)
    rows.push(await measured(surroundings, count, seconds))
    progress.step()
  }
  return rows
}

async function measured(surroundings: Surroundings, payments: number, seconds: number): Promise<EndedRow> {
  const path = join(surroundings.folder, `ended-${payments}.db`)
  await fillLedger(path, payments, surroundings.upstream.storeHash)
  const megabytes = Math.round(statSync(path).size / 2 ** 20)
  const target = await startTarget('tillgate', surroundings, { databaseUrl: `sqlite:${path}` })
  const before = target.use()
  await sleep(idleSeconds * 1_000)
  const idlePercent = (target.use().cpuMs - before.cpuMs) / idleSeconds / 10
  const { answers } = await openLoop({
    url: target.url,
    next: () => paying(orderToPay()),
    perSecond,
    seconds,
  })
  await target.stop()
  const good = answers.filter(({ status }) => isGood(status)).map(({ tookMs }) => tookMs)
  return {
    payments,
    megabytes,
    startMs: target.startMs,
    p50Ms: percentile(good, 0.5),
    p99Ms: percentile(good, 0.99),
    idlePercent,
    failures: answers.length - good.length,
  }
}

export const endedTable = (rows: readonly EndedRow[]): string =>
  table(
    ['ended payments', 'ledger', 'start to ready', 'p50', 'p99', 'failed', 'CPU while idle'],
    rows.map((row) => [
      row.payments.toLocaleString('en-US'),
      `${row.megabytes} MB`,
      `${row.startMs.toFixed(0)} ms`,
      `${row.p50Ms.toFixed(1)} ms`,
      `${row.p99Ms.toFixed(1)} ms`,
      row.failures,
      `${row.idlePercent.toFixed(1)} %`,
    ]),
  )
