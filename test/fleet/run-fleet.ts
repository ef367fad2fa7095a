import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { storeVariables } from '../../sandbox/store-variables.ts'
import { createInstance, type Instance } from '../chaos/instance.ts'
import { createPostgresServer } from '../chaos/postgres-server-process.ts'
import { callerLimitsOff } from '../support/caller-limits-off.ts'
import { authEnvironment } from '../support/caller-token.ts'
import { compiled } from '../support/compiled.ts'
import { openBalancer } from './balancer.ts'
import { type FarStore, startFarStore } from './far-store.ts'
import { offerLoad } from './offer-load.ts'
import { type FleetResult, summarize } from './summarize.ts'

export interface FleetRun {
  readonly seconds: number
  /** Of the network between the service and BigCommerce, each way. */
  readonly delayMsMax: number
  /** The instances' PAYMENT_RATE_MARGIN_MS. */
  readonly marginMs: number
  readonly say: (what: string) => void
}

const root = join(import.meta.dirname, '../..')
const instancesCount = 3
/** More than come in a second, retries included. */
const ordersPerSecond = 60

/**
 * Three instances on one Postgres, three times the load that the store takes, a network with a random delay, and one
 * instance that is restarted in the middle.
 */
export async function runFleet({ seconds, delayMsMax, marginMs, say }: FleetRun): Promise<FleetResult> {
  const folder = mkdtempSync(join(tmpdir(), 'tillgate-fleet-'))
  // Started by root, Postgres runs as the user `nobody`, which must get at its part of the folder.
  chmodSync(folder, 0o755)
  const stopping: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })]
  try {
    say('starting Postgres, the store and three instances')
    const postgres = await createPostgresServer(join(folder, 'postgres'))
    await postgres.start()
    stopping.unshift(postgres.crash)
    const store = await startFarStore(delayMsMax)
    stopping.unshift(store.stop)
    const instances: Instance[] = []
    for (let number = 1; number <= instancesCount; number++) {
      const instance = await createInstance({
        program: [join(root, 'src/main.ts')],
        environment: { ...environmentOf(store, postgres.url), PAYMENT_RATE_MARGIN_MS: String(marginMs) },
        logPath: join(folder, `instance-${number}.log`),
      })
      instances.push(instance)
      stopping.unshift(instance.kill)
      await instance.start()
    }
    const balancer = await openBalancer(instances.map(({ url }) => url))
    stopping.unshift(balancer.close)
    const orderIds = await store.makeOrders(seconds * ordersPerSecond)

    const startedAtMs = Date.now()
    const restarted = restart(instances[1], (seconds * 1_000) / 2, say)
    const payments = await offerLoad({
      balancer,
      orderIds,
      seconds,
      say: (second) => second % 5 === 0 && say(`load: ${second} of ${seconds} s`),
    })
    await restarted
    const seen = await store.seen()
    return summarize({ payments, seen, startedAtMs, seconds, moves: balancer.moves() })
  } finally {
    for (const stop of stopping) await stop()
  }
}

async function restart(instance: Instance | undefined, afterMs: number, say: FleetRun['say']): Promise<void> {
  await sleep(afterMs)
  say('restarting an instance')
  await instance?.stop()
  await instance?.start()
  say('it is up again')
}

/** As it ships, but for the limits on callers: all of this comes from one address. */
const environmentOf = (store: FarStore, databaseUrl: string) => ({
  HOST: '127.0.0.1',
  ADMIN_PORT: '0',
  ...storeVariables(store),
  DATABASE_URL: databaseUrl,
  ...callerLimitsOff,
  ...compiled,
  LOG_LEVEL: 'warn',
  ...authEnvironment,
})
