import { setTimeout as sleep } from 'node:timers/promises'
import { startSandbox } from '../../sandbox/start-sandbox.ts'
import { attemptsOf } from './attempts.ts'
import { watchChargeRequests } from './charge-requests.ts'
import { openShop } from './customers.ts'
import { disturb } from './disturbances.ts'
import { startEventShop } from './event-shop.ts'
import { startFleet } from './fleet.ts'
import { awaitEvents } from './judge-events.ts'
import { judgeRun } from './judge-run.ts'
import { startKeyServer } from './key-server.ts'
import { askForTheLastTime } from './last-questions.ts'
import { listAsUsual } from './listings.ts'
import { makingsCounted, ordersMade } from './made-orders.ts'
import { progressLine } from './progress-line.ts'
import { createRandom } from './random.ts'
import { serviceSettings } from './service-settings.ts'
import { settleDown } from './settle-down.ts'
import type { StormOptions } from './storm-options.ts'
import type { StormResult } from './storm-result.ts'
import { summarize } from './summarize.ts'
import type { Told } from './told.ts'
import { createWeather } from './troubles/weather.ts'
import { watchUnknown } from './watch-unknown.ts'

const progressEveryMs = 5_000
/** The last fault leaves the shoppers time to notice it. */
const calmMs = 2_000
/** The slowest gateway charges this long after it was asked, even if the client has gone. */
const lateChargeMs = 7_000

const byNumber = (one: number, other: number) => one - other

/** Faults, kills and shoppers for so long; then healing, and the judgement of all that was said and done. */
export async function storm(options: StormOptions): Promise<StormResult> {
  const { database, program, folder, say } = options
  const random = createRandom(options.seed)
  const sandbox = await startSandbox()
  // A merchant who voids an authorization opens the order again, as the most dangerous one does.
  sandbox.configure({ voided_order_status_id: 0 })
  const requests = watchChargeRequests(sandbox)
  const keys = await startKeyServer()
  const environment = serviceSettings(sandbox, database?.url ?? 'sqlite::memory:', {
    auth: keys.environment,
    hasCardTestingLimits: options.hasCardTestingLimits,
  })
  // An older version reports nothing.
  const { instances: size, project } = options
  const eventShop = database && !project ? await startEventShop(random.fork('events')) : null
  const fleet = await startFleet({
    size,
    program,
    environment: { ...environment, ...eventShop?.environment },
    folder,
    project,
  })
  const told: Told[] = []
  const startMs = Date.now()
  const untilMs = startMs + options.seconds * 1_000
  const surroundings = { sandbox, fleet, keys, untilMs }
  const heard = (each: Told) => void told.push(each)
  const customers = openShop({ ...options, ...surroundings, random: random.fork('customers'), heard })
  const weather = createWeather(options, {
    ...surroundings,
    eventShop,
    requests,
    heard,
    random: random.fork('weather'),
  })
  const disturbances = disturb(options, {
    ...surroundings,
    isQuiet: weather.isQuiet,
    orderIds: () =>
      [...customers.visits.map(({ orderId }) => orderId), ...ordersMade(sandbox).keys()]
        .filter((id) => id > 0)
        .sort(byNumber),
    checkoutIds: () =>
      customers.visits.map(({ checkoutId }) => checkoutId ?? null).filter((id) => id !== null),
    random: random.fork('disturbances'),
    untilMs: untilMs - calmMs,
  })
  const tell = (phase: string) => {
    requests.collect()
    say(
      progressLine(options.name, {
        startMs,
        phase,
        customers,
        disturbances,
        fleet,
        charges: sandbox.charges(),
      }),
    )
  }
  const unknown = watchUnknown(database)
  const progress = setInterval(() => tell('storm'), progressEveryMs)
  try {
    await Promise.all([customers.over, disturbances.over, weather.over])
    const faultsMet = customers.faultsMet()
    await sandbox.faults.clear()
    sandbox.configure({ order_lag_ms: 0, transaction_lag_ms: 0 })
    listAsUsual(sandbox)
    await fleet.idle()
    clearInterval(progress)
    const healedMs = Date.now()
    await sleep(lateChargeMs)
    if (database) {
      const withinMs = options.settleWithinMs
      const visits = [...customers.visits, ...weather.probes]
      const sayOpen = (open: number) => tell(`settling, ${open} open`)
      await settleDown({ sandbox, database, requests, visits, withinMs, say: sayOpen })
    }
    const settleSeconds = Math.round((Date.now() - healedMs) / 1_000)
    await askForTheLastTime([...customers.visits, ...weather.probes], told)

    requests.collect()
    const unknownCounts = await unknown.stop()
    const charges = sandbox.charges()
    const readAttempts = async () =>
      attemptsOf((await database?.readLedger()) ?? null, requests.list(), sandbox.charges())
    const attempts = await readAttempts()
    const ofOrders = customers.visits.map(({ orderId, cartId }) => [orderId, cartId] as const)
    const checkouts = new Map([...ofOrders, ...ordersMade(sandbox)])
    const hasLedger = database !== null
    const makings = makingsCounted(sandbox)
    const evidence = { told, attempts, charges, requests: requests.list(), checkouts, makings, hasLedger }
    const untold = eventShop ? await awaitEvents(eventShop, readAttempts) : []
    const violations = [...judgeRun(evidence), ...untold, ...weather.met.flatMap((met) => met.violations)]
    return summarize({
      options,
      customers,
      disturbances,
      troubles: weather.met,
      unknown: unknownCounts,
      fleet,
      evidence,
      violations,
      faultsMet,
      settleSeconds,
      eventsMet: eventShop?.met ?? new Map(),
    })
  } finally {
    clearInterval(progress)
    await unknown.stop()
    await fleet.stop()
    await eventShop?.stop()
    keys.stop()
    await sandbox.close()
  }
}
