import { setTimeout } from 'node:timers/promises'
import { describe, type TestContext, test } from 'vitest'
import { schedule } from '../../src/allowance/clocks.ts'
import { createPermitStore } from '../../src/allowance/permit-store.ts'
import { createPermits } from '../../src/allowance/permits.ts'
import { openDatabase } from '../../src/stores/engine/database.ts'
import { thisMachine } from '../../src/stores/engine/dialect.ts'
import { applyMigrations } from '../../src/stores/engine/migrations.ts'
import { maxInWindow } from '../allowance/model.ts'
import { contextOf } from '../services/fakes.ts'
import type { Logged } from '../support/logs.ts'
import { newPostgresDatabase, runOn } from '../support/postgres.ts'

const limit = 5
/** Short, so that the tests are; the time to send ends with a second for a stall. */
const rule = { windowMs: 1_500, marginMs: 100, sendWithinMs: 1_800 }
const answerMs = 20
/** This one, on systems too that do not tell one start of a machine from another. */
const machine = { id: 'machine-1', upMs: thisMachine.upMs }

/** A server whose clock can be set: the statements of the service find this function before the server's own. */
const clockThatCanBeSet = `
  CREATE SCHEMA server;
  CREATE TABLE server.clock_set (by_ms BIGINT NOT NULL);
  INSERT INTO server.clock_set VALUES (0);
  CREATE FUNCTION server.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE AS
    'SELECT pg_catalog.clock_timestamp() + (SELECT by_ms FROM server.clock_set) * interval ''1 millisecond'''`

/** A server of its own, whose clock can be set, and instances on it. */
async function serverFor({ onTestFinished }: TestContext) {
  const made = await newPostgresDatabase()
  const database = openDatabase(made.url, () => {})
  await applyMigrations(database)
  await database.destroy()
  await runOn(made.url, clockThatCanBeSet)
  const withClock = new URL(made.url)
  withClock.searchParams.set('options', '-c search_path=server,public,pg_catalog')
  const closing: (() => Promise<void>)[] = []
  onTestFinished(async () => {
    for (const close of closing) await close()
    await made.drop()
  })
  const sent: number[] = []
  const logged: Logged[] = []

  /** @returns how to pay so often at once, which ends when each is sent or refused. */
  async function start(instance: string) {
    const database = openDatabase(withClock.href, () => {})
    const permits = createPermits({
      store: createPermitStore({ database, storeHash: 's', instance, limit, rule, machine }),
      instance,
      limit,
      rule,
      maxWaitMs: 4_000,
      now: () => performance.now(),
      wallNow: Date.now,
      schedule,
      random: Math.random,
      log: contextOf(logged).log,
    })
    await permits.open()
    closing.push(async () => {
      permits.close()
      await permits.idle()
      await database.destroy()
    })
    return (count: number) =>
      Promise.allSettled(
        Array.from({ length: count }, async () => {
          const permit = await permits.arrive('caller').takePermit()
          await permit.moment()
          if (permit.mayLeave()) {
            sent.push(performance.now())
            permit.departed()
            schedule(answerMs, permit.answered)
          } else permit.giveBack()
        }),
      )
  }

  const setClock = (byMs: number) => runOn(made.url, `UPDATE server.clock_set SET by_ms = by_ms + ${byMs}`)
  return { sent, logged, start, setClock }
}

describe.concurrent("the allowance while the server's clock is set, with instances that share it", () => {
  test.for([
    { steps: [10_000] },
    { steps: [700] },
    { steps: [3_600_000] },
    { steps: [-3_600_000] },
    { steps: [-700] },
    { steps: [10_000, -10_000] },
    { steps: [-10_000, 10_000] },
    { steps: [-3_600_000, 1_000] },
    { steps: [1_000, 1_000, -500] },
  ])(
    'by $steps ms between bursts on both: never more than the limit, and paid soon after',
    async ({ steps }, context) => {
      const { expect } = context
      const { sent, start, setClock } = await serverFor(context)
      const [one, other] = [await start('one'), await start('other')]
      await Promise.all([one(3), other(2)])
      for (const step of steps) {
        await setClock(step)
        await Promise.all([one(3), other(3)])
      }
      expect(maxInWindow(sent, rule.windowMs)).toBeLessThanOrEqual(limit)
      const before = sent.length
      const atMs = performance.now()
      await one(1)
      expect(sent.length).toBe(before + 1)
      expect(performance.now() - atMs).toBeLessThan(2 * rule.windowMs + 1_000)
    },
  )

  test('while payments wait', async (context) => {
    const { expect } = context
    const { sent, start, setClock } = await serverFor(context)
    const [one, other] = [await start('one'), await start('other')]
    const paying = [one(7), other(7)]
    await setTimeout(600)
    await setClock(5_000)
    await setTimeout(300)
    await setClock(-4_000)
    await Promise.all(paying)
    expect(maxInWindow(sent, rule.windowMs)).toBeLessThanOrEqual(limit)
    expect(sent.length).toBeGreaterThan(limit)
  })

  test('while an instance of the same machine starts', async (context) => {
    const { expect } = context
    const { sent, logged, start, setClock } = await serverFor(context)
    await (await start('one'))(limit)
    await setClock(10_000)
    await (await start('restarted'))(limit)
    expect(maxInWindow(sent, rule.windowMs)).toBeLessThanOrEqual(limit)
    expect(sent.length).toBeGreaterThan(limit)
    expect(logged.map(({ event }) => event)).toContain('permits come back later, the clock was set forward')
  })
})
