import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openLoop } from '../service/load.ts'
import { machineLine } from '../service/machine.ts'
import { withFigures } from '../service/report.ts'
import { percentile } from '../service/statistics.ts'
import { startStore } from '../service/store.ts'
import { startTarget } from '../service/targets.ts'
import { fillLedger } from './fill.ts'

// Whether a ledger with many ended payments starts and pays as an empty one does. Five million rows take some minutes and 5 GB.

const { values } = parseArgs({
  allowNegative: true,
  options: {
    payments: { type: 'string', default: '200000' },
    seconds: { type: 'string', default: '20' },
    report: { type: 'boolean', default: true },
  },
})
const payments = Number(values.payments)
const seconds = Number(values.seconds)
/** A start from the disk, and half of the promise for machines that are busy. */
const startMsMax = 2_000
/** The store's allowance. */
const perSecond = 12.5

const root = join(import.meta.dirname, '../..')
execFileSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit' })
const folder = mkdtempSync(join(tmpdir(), 'tillgate-bench-'))
const store = await startStore()
try {
  const rows = [await measured(0), await measured(payments)]
  const [empty, full] = rows
  const table = [
    '| Ended payments | ledger | start to ready | payments answered | p50 | p99 | CPU while idle |',
    '|--:|--:|--:|--:|--:|--:|--:|',
    ...rows.map(
      (row) =>
        `| ${row.payments.toLocaleString('en-US')} | ${row.megabytes} MB | ${row.startMs.toFixed(0)} ms | ${row.answers} of ${row.sent} | ${row.p50Ms.toFixed(1)} ms | ${row.p99Ms.toFixed(1)} ms | ${row.idleShare.toFixed(1)} % |`,
    ),
  ].join('\n')
  process.stdout.write(`${table}\n`)
  if (values.report) {
    const page = join(root, 'docs/performance.md')
    const command = `npm run bench:ledger -- --payments ${payments} --seconds ${seconds}`
    const figures = `${machineLine(command)}\n\n${table}`
    writeFileSync(page, withFigures(readFileSync(page, 'utf8'), 'ledger figures', figures))
  }
  const isMet =
    full !== undefined && empty !== undefined && full.startMs < startMsMax && full.answers === full.sent
  if (!isMet) process.exitCode = 1
} finally {
  store.stop()
  rmSync(folder, { recursive: true })
}

async function measured(count: number) {
  const path = join(folder, `ledger-${count}.db`)
  process.stderr.write(`a ledger of ${count} payments\n`)
  await fillLedger(path, count, store.storeHash)
  const megabytes = Math.round(statSync(path).size / 2 ** 20)
  const target = await startTarget('tillgate', { store, databaseUrl: `sqlite:${path}` })
  const before = await target.use()
  const idleSeconds = 5
  await new Promise((resolve) => setTimeout(resolve, idleSeconds * 1_000))
  const idleShare = ((await target.use()).cpuMs - before.cpuMs) / idleSeconds / 10
  const orderIds = await store.makeOrders(Math.ceil(perSecond * seconds))
  const load = await openLoop({ target, operation: 'pay', orderIds, perSecond, seconds })
  await target.stop()
  return {
    payments: count,
    megabytes,
    startMs: target.startMs,
    idleShare,
    answers: load.answers,
    sent: load.answers + load.failures,
    p50Ms: percentile(load.latenciesMs, 0.5),
    p99Ms: percentile(load.latenciesMs, 0.99),
  }
}
