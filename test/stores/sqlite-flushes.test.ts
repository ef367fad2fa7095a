import { open } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import type { Kysely } from 'kysely'
import { expect, onTestFinished, test, vi } from 'vitest'
import { applyMigrations } from '../../src/stores/engine/migrations.ts'
import { openSqlite } from '../../src/stores/engine/open-sqlite.ts'
import { commitsOf } from '../../src/stores/engine/sqlite.ts'
import type { Tables } from '../../src/stores/engine/tables.ts'
import { withoutFlush } from '../../src/stores/engine/transact.ts'
import { createLedgerHealth } from '../../src/stores/ledger-health.ts'
import { createPaymentAttempts } from '../../src/stores/payment-attempts.ts'
import { createVirtualTime } from '../services/virtual-time.ts'
import { callerToken } from '../support/caller-token.ts'
import { createOrder } from '../support/orders.ts'
import { cardPayment } from '../support/payments.ts'
import { startTillgate } from '../support/start-tillgate.ts'
import { sqliteFile } from './sqlite-file.ts'
import { newAttempt, scopeOf } from './wanted-attempts.ts'

const TABLES = ['payment_attempts', 'idempotency_keys', 'velocity_holds', 'payment_tokens']
/** What `PRAGMA synchronous` says: NORMAL does not wait for the disk within the commit, FULL does. */
const levelNames = ['OFF', 'NORMAL', 'FULL', 'EXTRA']

/** Lets the database itself note, within each statement that writes, whether its commit will wait for the disk. */
function watchWrites(path: string) {
  const watcher = new DatabaseSync(path)
  onTestFinished(() => watcher.close())
  watcher.exec('CREATE TABLE seen (place TEXT, status TEXT, level INTEGER)')
  for (const table of TABLES) {
    for (const change of ['INSERT', 'UPDATE', 'DELETE']) {
      const status = table === 'payment_attempts' && change !== 'DELETE' ? 'NEW.status' : 'NULL'
      watcher.exec(`CREATE TRIGGER seen_${table}_${change} AFTER ${change} ON ${table} BEGIN
        INSERT INTO seen SELECT '${table}', ${status}, synchronous FROM pragma_synchronous; END`)
    }
  }
  return () =>
    watcher
      .prepare('SELECT place, status, level FROM seen ORDER BY rowid')
      .all()
      .map(({ place, status, level }) => ({
        place: [place, status].filter(Boolean).join(' '),
        level: levelNames[Number(level)],
      }))
}

/** Where all waits for the disk beside the event loop pass. */
async function fileHandles() {
  const handle = await open(import.meta.filename)
  await handle.close()
  return Object.getPrototypeOf(handle) as { datasync(): Promise<void> }
}

async function startOnFile() {
  const file = sqliteFile()
  onTestFinished(file.remove)
  const environment = { DATABASE_URL: `sqlite:${file.path}`, VELOCITY_CALLER_DECLINES: '30' }
  const { sandbox, call } = await startTillgate({ environment })
  const token = await callerToken({ customer_id: 11 })
  const pay = () => call.pay(createOrder(sandbox), cardPayment(), { token }).then(({ status }) => status)
  // From here on the disk is waited for beside the event loop.
  await pay()
  return { writes: watchWrites(file.path), pay, sandbox, path: file.path }
}

/** Notes how much had been written when the last wait for the disk that has ended was begun. */
async function watchFlushes(writes: () => readonly unknown[]) {
  const prototype = await fileHandles()
  const { datasync } = prototype
  let flushed = 0
  const spy = vi.spyOn(prototype, 'datasync').mockImplementation(async function (this: typeof prototype) {
    const written = writes().length
    await datasync.call(this)
    flushed = written
  })
  onTestFinished(() => spy.mockRestore())
  return { flushed: () => flushed, spy }
}

test('no commit of a payment waits for the disk within the event loop', async () => {
  const { writes, pay } = await startOnFile()
  // Side by side, so that ledger and tokens take turns at the one connection.
  const statuses = await Promise.all(Array.from({ length: 20 }, pay))
  expect(statuses).toEqual(statuses.map(() => 201))
  await expect.poll(() => writes().filter(({ place }) => place === 'payment_tokens')).toHaveLength(40)
  expect([...new Set(writes().map(({ place, level }) => `${place}: ${level}`))].sort()).toEqual([
    'idempotency_keys: NORMAL',
    'payment_attempts claimed: NORMAL',
    'payment_attempts sending: NORMAL',
    'payment_attempts succeeded: NORMAL',
    'payment_tokens: NORMAL',
    'velocity_holds: NORMAL',
  ])
})

test('claim, permit and *sending* are on the disk before the charge arrives, and the end before the answer', async () => {
  const { writes, pay, sandbox } = await startOnFile()
  const { flushed, spy } = await watchFlushes(writes)
  const onDisk = () =>
    writes()
      .slice(0, flushed())
      .map(({ place }) => place)
  await sandbox.faults.add({ operation: 'pay', kind: 'latency', delay_ms: 400, times: 1 })
  const charges = () => sandbox.requests().filter(({ host }) => host === 'payments').length
  const arrived = charges()
  const paid = pay()
  await expect.poll(charges, { interval: 5 }).toBe(arrived + 1)
  expect([...new Set(onDisk())].sort()).toEqual([
    'idempotency_keys',
    'payment_attempts claimed',
    'payment_attempts sending',
    'payment_tokens',
    'velocity_holds',
  ])
  expect(await paid).toBe(201)
  expect(onDisk()).toContain('payment_attempts succeeded')
  expect(spy).toHaveBeenCalledTimes(2)
})

const sending = { due: { amount: 1, currency: 'USD' }, patIssuedAtMs: 1, patExpiresAtMs: 5, orderTotal: null }

/** A ledger with attempts that are claimed, and the disk in the test's hands. */
async function openLedger() {
  const file = sqliteFile()
  onTestFinished(file.remove)
  const database = openSqlite(file.path)
  onTestFinished(() => database.destroy())
  await applyMigrations(database)
  await expect.poll(() => commitsOf(database)?.journal?.isOpen()).toBe(true)
  const attempts = createPaymentAttempts({ database, storeHash: 'store-1', now: () => 1 })
  let orderId = 0
  async function claim(): Promise<string> {
    const made = await attempts.claim(scopeOf(`key-${++orderId}`), 'f', newAttempt({ orderId }))
    return made.kind === 'claimed' ? made.attempt.id : ''
  }
  const waits: PromiseWithResolvers<void>[] = []
  const spy = vi.spyOn(await fileHandles(), 'datasync').mockImplementation(() => {
    const wait = Promise.withResolvers<void>()
    waits.push(wait)
    return wait.promise
  })
  onTestFinished(() => spy.mockRestore())
  return { database, attempts, claim, waits }
}

/** Whether it has ended, once all else has come to rest. */
async function hasEnded(work: Promise<unknown>): Promise<boolean> {
  let ended = false
  const end = () => {
    ended = true
  }
  work.then(end, end)
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
  return ended
}

test('one wait for the disk serves all who committed before it began, and no one who committed later', async () => {
  const { attempts, claim, waits } = await openLedger()
  const [first, second, third] = [await claim(), await claim(), await claim()]
  const one = attempts.markSending(first, sending)
  await expect.poll(() => waits).toHaveLength(1)
  const later = Promise.all([second, third].map((id) => attempts.markSending(id, sending)))
  expect(await hasEnded(one)).toBe(false)
  waits[0]?.resolve()
  expect(await one).toBe('sending')
  expect(await hasEnded(later)).toBe(false)
  expect(waits).toHaveLength(2)
  waits[1]?.resolve()
  expect(await later).toEqual(['sending', 'sending'])
})

test('no one is told an end before it is on the disk', async () => {
  const { attempts, claim, waits } = await openLedger()
  const id = await claim()
  const sent = attempts.markSending(id, sending)
  await expect.poll(() => waits).toHaveLength(1)
  waits[0]?.resolve()
  await sent
  const settled = attempts.settle(id, { status: 'succeeded' }, () => null)
  await expect.poll(() => waits).toHaveLength(2)
  const told = [
    attempts.findByKey(scopeOf('key-1')),
    attempts.findFence(1),
    attempts.findByOrder(1),
    attempts.claim(scopeOf('another'), 'f', newAttempt({ orderId: 1 })),
  ]
  for (const each of [settled, ...told]) expect(await hasEnded(each)).toBe(false)
  waits[1]?.resolve()
  await settled
  await expect(Promise.all(told)).resolves.toMatchObject([
    { attempt: { status: 'succeeded' } },
    { status: 'succeeded' },
    [{ status: 'succeeded' }],
    { kind: 'fenced' },
  ])
})

/** Readiness on such a ledger, with a clock of its own. */
function healthOf(database: Kysely<Tables>) {
  const time = createVirtualTime()
  const changes: unknown[] = []
  const isAble = createLedgerHealth({
    database,
    instance: 'one',
    now: () => 1,
    elapsed: time.now,
    pause: (forMs) => new Promise((resolve) => void time.schedule(forMs, () => resolve())),
    onChange: (reason) => void changes.push(reason),
  })
  return { time, changes, isAble }
}

test('after the disk has failed once, nothing is written or sent any more, and the instance is not ready', async () => {
  const { database, attempts, claim, waits } = await openLedger()
  const [first, second] = [await claim(), await claim()]
  const { time, isAble } = healthOf(database)
  const ready = isAble()
  await expect.poll(() => waits).toHaveLength(1)
  waits[0]?.resolve()
  expect(await ready).toBe(true)
  const one = attempts.markSending(first, sending)
  await expect.poll(() => waits).toHaveLength(2)
  waits[1]?.reject(new Error('EIO: i/o error, fdatasync'))
  const refused = {
    code: 'store_unavailable',
    cause: { message: expect.stringContaining('disk did not take') },
  }
  await expect(one).rejects.toMatchObject(refused)
  await expect(attempts.markSending(second, sending)).rejects.toMatchObject(refused)
  await expect(claim()).rejects.toMatchObject(refused)
  await expect(attempts.settle(first, { status: 'not_sent' }, () => null)).rejects.toMatchObject(refused)
  await time.pass(1_000)
  expect(await isAble()).toBe(false)
  expect(waits).toHaveLength(2)
})

test('an instance whose disk does not take the write of the question itself is not ready, and says why', async () => {
  const { database, claim, waits } = await openLedger()
  const { changes, isAble } = healthOf(database)
  const ready = isAble()
  await expect.poll(() => waits).toHaveLength(1)
  waits[0]?.reject(new Error('EIO: i/o error, fdatasync'))
  expect(await ready).toBe(false)
  expect(changes).toMatchObject([{ message: 'The disk did not take the journal of the ledger' }])
  await expect(claim()).rejects.toMatchObject({ code: 'store_unavailable' })
})

test('an instance whose disk hangs is not ready after five seconds, says why, and is ready again afterwards', async () => {
  const { database, waits } = await openLedger()
  const { time, changes, isAble } = healthOf(database)
  const first = isAble()
  await expect.poll(() => waits).toHaveLength(1)
  waits[0]?.resolve()
  expect(await first).toBe(true)
  await time.pass(1_000)
  // No probe waits for the disk: for half a second at most.
  const slow = isAble()
  await expect.poll(() => waits).toHaveLength(2)
  await time.pass(499)
  expect(await hasEnded(slow)).toBe(false)
  await time.pass(1)
  expect(await slow).toBe(true)
  await time.pass(4_499)
  const last = isAble()
  await time.pass(1)
  expect(await last).toBe(false)
  expect(await isAble()).toBe(false)
  expect(changes).toMatchObject([{ message: 'The ledger has not taken a small write within 5 s' }])
  expect(waits).toHaveLength(2)
  waits[1]?.resolve()
  await expect.poll(() => changes).toHaveLength(2)
  expect(changes[1]).toBeNull()
  expect(await isAble()).toBe(true)
})

test('an instance that has just started on a disk that hangs is not ready', async () => {
  const { database, waits } = await openLedger()
  const { time, isAble } = healthOf(database)
  const ready = isAble()
  await expect.poll(() => waits).toHaveLength(1)
  await time.pass(4_999)
  expect(await hasEnded(ready)).toBe(false)
  await time.pass(1)
  expect(await ready).toBe(false)
})

test('a disk that is merely slow does not make readiness change to and fro', async () => {
  const { database, waits } = await openLedger()
  const { time, changes, isAble } = healthOf(database)
  for (let turn = 0; turn < 5; turn++) {
    const asked = isAble()
    await expect.poll(() => waits).toHaveLength(turn + 1)
    await time.pass(2_000)
    waits[turn]?.resolve()
    expect(await asked).toBe(true)
    await time.pass(1_000)
  }
  expect(changes).toEqual([])
})

test('what is written in no such way waits for the disk in its commit', async () => {
  const { writes, pay, path } = await startOnFile()
  expect(await pay()).toBe(201)
  expect(writes().length).toBeGreaterThan(0)
  const database = openSqlite(path)
  onTestFinished(() => database.destroy())
  await database.transaction().execute((transaction) => transaction.deleteFrom('velocity_holds').execute())
  await withoutFlush(database, (connection) => connection.deleteFrom('idempotency_keys').execute())
  await database.updateTable('payment_tokens').set({ holder: '' }).where('number', '=', 1).execute()
  expect(writes().slice(-2)).toEqual([
    { place: 'idempotency_keys', level: 'NORMAL' },
    { place: 'payment_tokens', level: 'FULL' },
  ])
})
