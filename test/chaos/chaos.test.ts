import { join } from 'node:path'
import { expect, inject, test } from 'vitest'
import { goodCardNumber } from '../support/payments.ts'
import { killAtEveryPoint } from './kill-points.ts'
import { killScenes, shortScenes } from './kill-scenes.ts'
import { newRunFolder, openChaosDatabase } from './run-folder.ts'
import { storm } from './storm.ts'

const databases = ['postgres', 'sqlite'] as const
/** The same plans each time; CHAOS_SEED=$RANDOM makes another for SQLite, and `npm run chaos` as long a one as you like. */
const seeds = [1, Number(process.env.CHAOS_SEED ?? 20261122)]
const built = (name: string) => join(inject('builtPrograms'), `${name}.js`)
const killedProgram = ['--import', built('kill-point'), built('main')]
/** Progress is not shown; a failure prints its whole story. */
const say = () => {}
// Most of the time is spent waiting until an instance may be taken for dead, so all wait together.
const timeout = 300_000

for (const [index, kind] of databases.entries()) {
  const seed = seeds[index] ?? 1

  test.concurrent(`${kind}: in a short storm nothing is charged twice and no answer is untrue, seed ${seed}`, {
    timeout,
  }, async () => {
    const folder = newRunFolder()
    const database = await openChaosDatabase(kind, folder)
    const result = await storm({
      name: kind,
      seed,
      seconds: 12,
      ordersPerSecond: 4,
      faults: 0.3,
      only: '',
      troubles: [],
      hasCardTestingLimits: false,
      instances: kind === 'postgres' ? 2 : 1,
      database,
      program: [built('main')],
      everyMs: {
        kill: 3_000,
        databaseCrash: 5_000,
        roll: 7_000,
        merchant: 700,
        listing: 2_000,
        refuse: 5_000,
        failOver: 0,
      },
      settleWithinMs: 60_000,
      folder,
      say,
    }).finally(database.stop)
    expect(result.stories.join('\n'), `seed ${seed}, logs in ${folder}`).toBe('')
    expect(result.fleet.kills).toBeGreaterThan(0)
    expect(result.charges).toBeGreaterThan(0)
    expect(result.crashes).toBe(0)
  })

  test.concurrent(`${kind}: a payment killed at any of its boundaries comes to a truthful end`, {
    timeout,
  }, async () => {
    const folder = newRunFolder()
    const database = await openChaosDatabase(kind, folder)
    const result = await killAtEveryPoint({
      database,
      program: killedProgram,
      card: goodCardNumber,
      scenes: shortScenes,
      times: 1,
      onlyDistinct: true,
      lanes: 2,
      folder,
      say,
    }).finally(database.stop)
    expect(result.stories.join('\n'), `logs in ${folder}`).toBe('')
    expect(result.kills).toBeGreaterThan(15)
  })

  test.concurrent(`${kind}: the long run kills at whatever a payment passes`, { timeout }, async () => {
    const folder = newRunFolder()
    const database = await openChaosDatabase(kind, folder)
    const options = {
      program: killedProgram,
      card: goodCardNumber,
      scenes: killScenes,
      onlyDistinct: true,
      lanes: 1,
      folder,
      say,
    }
    const { boundaries } = await killAtEveryPoint({ ...options, database, times: 0 }).finally(database.stop)
    const passed = (scene: string, boundary: string) =>
      boundaries.filter((each) => each.startsWith(`${scene}: ${boundary}`)).length
    const [plain, checkout, goesOver, look, again, kept, telling, ordering, found] = killScenes.map(
      ({ name }) => name,
    )
    expect(passed(plain ?? '', 'sent POST /payments')).toBe(1)
    expect(passed(checkout ?? '', 'after insert into checkouts')).toBe(1)
    // Found taken by the statements that are sent at once, then handed over by those that are sent one after the other.
    expect(passed(goesOver ?? '', 'after insert into checkouts')).toBe(1)
    expect(passed(goesOver ?? '', 'after update checkouts')).toBe(1)
    expect(passed(look ?? '', 'sent GET /v3/orders/{id}/transactions')).toBe(1)
    expect(passed(again ?? '', 'sent POST /payments')).toBe(2)
    expect(passed(again ?? '', 'after update payment_attempts set updated_a')).toBe(1)
    expect(passed(ordering ?? '', 'sent POST /v3/checkouts/{checkout}/orders')).toBe(1)
    expect(passed(ordering ?? '', 'after insert into order_makings')).toBe(1)
    expect(passed(ordering ?? '', 'after update order_makings')).toBe(1)
    expect(passed(telling ?? '', 'after insert into payment_events')).toBe(1)
    expect(passed(telling ?? '', 'sent POST /events')).toBe(1)
    expect(passed(telling ?? '', 'after update payment_events set deliver')).toBe(1)
    // Found by its cart, here or by the loop beside it, and paid.
    expect(passed(found ?? '', 'sent POST /v3/checkouts/{checkout}/orders')).toBe(1)
    expect(passed(found ?? '', 'sent POST /payments')).toBe(1)
    const atAnswer = boundaries.indexOf(`${kept}: answer given`)
    expect(boundaries.slice(atAnswer)).toContain(`${kept}: after commit`)
  })
}
