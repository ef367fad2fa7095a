import { setTimeout as sleep } from 'node:timers/promises'
import { paying } from './callers.ts'
import { isGood, openLoop } from './load.ts'
import type { MeasuredProcess } from './measured-process.ts'
import { orderToPay } from './paying.ts'
import type { Progress } from './progress.ts'
import { table } from './report.ts'
import { percentile } from './statistics.ts'
import type { BenchSurroundings } from './surroundings.ts'
import { startTarget } from './targets.ts'

/** Many stores, a deployment each, that share a Postgres. */
export interface ManyStores {
  readonly stores: number
  readonly perSecond: number
  readonly seconds: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Of the bare handler at the same rate. */
  readonly bareP50Ms: number
  readonly failures: number
  readonly lateMs: number
  /** Of one core: each store's instance while it pays, and while no one asks it anything. */
  readonly storePercent: number
  readonly idlePercent: number
  readonly residentMbOfStore: number
}

/** In which everything is compiled and every pool is open. */
const warmUpSeconds = 10
const idleSeconds = 10

export async function measureManyStores(
  surroundings: BenchSurroundings,
  { stores, perSecond, seconds }: Pick<ManyStores, 'stores' | 'perSecond' | 'seconds'>,
  progress: Progress,
): Promise<ManyStores> {
  const running: MeasuredProcess[] = []
  const cpuMs = () => running.reduce((sum, target) => sum + target.use().cpuMs, 0)
  const payAt = (url: string | readonly string[], forSeconds: number) =>
    openLoop({ url, next: () => paying(orderToPay()), perSecond, seconds: forSeconds })
  try {
    const bare = await startTarget('bare', surroundings, { databaseUrl: '' })
    const alone = await payAt(bare.url, warmUpSeconds)
    await bare.stop()
    for (let store = 1; store <= stores; store++) {
      progress.say(`store ${store} of ${stores}`)
      const databaseUrl = await surroundings.newPostgresDatabase()
      running.push(await startTarget('tillgate', surroundings, { databaseUrl }))
      progress.step()
    }
    const urls = running.map(({ url }) => url)
    progress.say(`${stores} stores: warming up`)
    await payAt(urls, warmUpSeconds)
    const idleBefore = cpuMs()
    await sleep(idleSeconds * 1_000)
    const idlePercent = (cpuMs() - idleBefore) / idleSeconds / stores / 10
    progress.say(`${stores} stores: paying`)
    const before = cpuMs()
    const load = await payAt(urls, seconds)
    const storePercent = (cpuMs() - before) / seconds / stores / 10
    const good = load.answers.filter(({ status }) => isGood(status)).map(({ tookMs }) => tookMs)
    return {
      stores,
      perSecond,
      seconds,
      p50Ms: percentile(good, 0.5),
      p99Ms: percentile(good, 0.99),
      bareP50Ms: percentile(
        alone.answers.map(({ tookMs }) => tookMs),
        0.5,
      ),
      failures: load.answers.length - good.length,
      lateMs: load.lateMs,
      storePercent,
      idlePercent,
      residentMbOfStore: running.reduce((sum, target) => sum + target.use().residentMb, 0) / stores,
    }
  } finally {
    await Promise.all(running.map((target) => target.stop()))
  }
}

export const manyStoresTable = (run: ManyStores): string =>
  table(
    ['', ''],
    [
      ['stores, a deployment each, on one Postgres', run.stores],
      ['payments a second in all', `${run.perSecond}, for ${run.seconds} s`],
      ['own time, p50', `${(run.p50Ms - run.bareP50Ms).toFixed(1)} ms`],
      ['answered after, p50 and p99', `${run.p50Ms.toFixed(1)} and ${run.p99Ms.toFixed(1)} ms`],
      ['failed', run.failures],
      ['the generator was late (p99)', `${run.lateMs.toFixed(1)} ms`],
      [
        'a store’s share of one core, paying and idle',
        `${run.storePercent.toFixed(2)} % and ${run.idlePercent.toFixed(2)} %`,
      ],
      ['resident memory of a store', `${run.residentMbOfStore.toFixed(0)} MB`],
    ],
  )
