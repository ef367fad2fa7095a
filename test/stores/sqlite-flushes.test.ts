import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { callerToken } from '../support/caller-token.ts'
import { createOrder } from '../support/orders.ts'
import { cardPayment } from '../support/payments.ts'
import { startTillgate } from '../support/start-tillgate.ts'
import { sqliteFile } from './sqlite-file.ts'

const TABLES = ['payment_attempts', 'idempotency_keys', 'velocity_holds', 'payment_tokens']
/** What `PRAGMA synchronous` says: NORMAL does not wait for the disk, FULL does. */
const levelNames = ['OFF', 'NORMAL', 'FULL', 'EXTRA']

/** Lets the database itself note, within each statement that writes, whether its end will be flushed to the disk. */
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
      .map(({ place, status, level }) => ({ place, status, level: levelNames[Number(level)] }))
}

async function startOnFile() {
  const file = sqliteFile()
  onTestFinished(file.remove)
  const environment = { DATABASE_URL: `sqlite:${file.path}`, VELOCITY_CALLER_DECLINES: '30' }
  const { sandbox, call } = await startTillgate({ environment })
  const token = await callerToken({ customer_id: 11 })
  return {
    writes: watchWrites(file.path),
    pay: () => call.pay(createOrder(sandbox), cardPayment(), { token }).then(({ status }) => status),
  }
}

test('*sending* and the end of a charge wait for the disk; its claim and its permit do not', async () => {
  const { writes, pay } = await startOnFile()
  // Side by side, so that ledger and tokens take turns at the one connection.
  const statuses = await Promise.all(Array.from({ length: 20 }, pay))
  expect(statuses).toEqual(statuses.map(() => 201))
  await expect.poll(() => writes().filter(({ place }) => place === 'payment_tokens')).toHaveLength(40)
  const seen = writes().map(({ place, status, level }) => [[place, status].filter(Boolean).join(' '), level])
  expect([...new Set(seen.map((pair) => pair.join(': ')))].sort()).toEqual([
    'idempotency_keys: FULL',
    'idempotency_keys: NORMAL',
    'payment_attempts claimed: NORMAL',
    'payment_attempts sending: FULL',
    'payment_attempts succeeded: FULL',
    'payment_tokens: NORMAL',
    'velocity_holds: FULL',
  ])
})

test('claim and permit of a payment are written before *sending*, whose flush takes them along', async () => {
  const { writes, pay } = await startOnFile()
  await pay()
  const places = writes().map(({ place, status }) => `${place} ${status ?? ''}`.trim())
  for (const before of ['payment_attempts claimed', 'idempotency_keys', 'payment_tokens']) {
    expect(places.indexOf(before), before).toBeGreaterThan(-1)
    expect(places.indexOf(before), before).toBeLessThan(places.indexOf('payment_attempts sending'))
  }
})
