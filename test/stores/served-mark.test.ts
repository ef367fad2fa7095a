import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { applyMigrations } from '../../src/stores/engine/migrations.ts'
import { openSqlite } from '../../src/stores/engine/open-sqlite.ts'
import { createLedger } from '../../src/stores/ledger.ts'
import type { MarkedSending, PaymentAttempts } from '../../src/stores/payment-attempts.ts'
import { createServedMark } from '../../src/stores/served-mark.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { sqliteFile } from './sqlite-file.ts'
import { newAttempt, scopeOf } from './wanted-attempts.ts'

const sending = { due: { amount: 1, currency: 'USD' }, patIssuedAtMs: 1, patExpiresAtMs: 5, orderTotal: null }

/** A start of the service at a path, which sends a payment; and what is at the path when it has ended. */
function place() {
  const file = sqliteFile()
  onTestFinished(file.remove)
  const { path } = file
  const folder = join(temporaryFolder(), 'marks')
  const unwritable: unknown[] = []
  const mark = createServedMark(path, folder, (error) => void unwritable.push(error))
  let orderId = 0
  return {
    path,
    folder,
    mark,
    unwritable,
    async start(payments = 1) {
      mark.refuseMissing()
      const database = openSqlite(path)
      try {
        await applyMigrations(database)
        await mark.refuseOther(database)
        const options = {
          database,
          storeHash: 'store-1',
          now: () => 1,
          velocityWindowMs: 1,
          orderFailuresMax: 0,
        }
        const attempts = mark.noting(createLedger(options).attempts)
        for (let number = 0; number < payments; number++) {
          const claim = await attempts.claim(scopeOf(`key-${++orderId}`), 'f', newAttempt({ orderId }))
          if (claim.kind === 'claimed') await attempts.markSending(claim.attempt.id, sending)
        }
      } finally {
        await database.destroy()
      }
    },
  }
}

const forget = (path: string) => rmSync(dirname(path), { recursive: true })
/** As an operator copies a ledger: whole. */
function backUp(path: string): string {
  rmSync(`${path}.backup`, { force: true })
  const ledger = new DatabaseSync(path)
  ledger.prepare('VACUUM INTO ?').run(`${path}.backup`)
  ledger.close()
  return `${path}.backup`
}

test('a store that was never served starts on an empty ledger, and again on its own', async () => {
  const { start } = place()
  await start(0)
  await start()
  await start()
})

test('a ledger from which nothing was ever sent may be lost', async () => {
  const { path, start } = place()
  await start(0)
  forget(path)
  await start()
})

test('a ledger that was lost with its whole folder is not begun anew, and no file is made', async () => {
  const { path, start } = place()
  await start()
  forget(path)
  await expect(start()).rejects.toThrow(/There is no ledger at .*npm run ledger:accept/)
  expect(existsSync(path)).toBe(false)
})

test('a ledger that was lost while the folder elsewhere is gone is not begun anew either', async () => {
  const { path, folder, start } = place()
  await start()
  rmSync(folder, { recursive: true })
  rmSync(path)
  await expect(start()).rejects.toThrow(/There is no ledger/)
})

test('an empty file in its place is refused, and so is a backup from before the last payment', async () => {
  const { path, start } = place()
  await start()
  const backup = backUp(path)
  await start()
  const newest = backUp(path).replace('.backup', '.newest')
  copyFileSync(`${path}.backup`, newest)
  rmSync(path)
  writeFileSync(path, '')
  await expect(start()).rejects.toThrow(/does not know payment/)
  copyFileSync(newest, path)
  await start()
  expect(existsSync(backup)).toBe(true)
})

test('a backup that lacks the last payment is refused, until an operator accepts it', async () => {
  const { path, mark, start } = place()
  await start()
  const backup = backUp(path)
  await start()
  copyFileSync(backup, path)
  await expect(start()).rejects.toThrow(/does not know payment/)
  expect(mark.remove()).toBe(true)
  await start()
  expect(readdirSync(dirname(path)).some((name) => name.endsWith('.served'))).toBe(true)
})

test('ledgers at other paths are independent', async () => {
  const [one, other] = [place(), place()]
  await one.start()
  await other.start()
  forget(one.path)
  await other.start()
})

test('payments go on where a mark cannot be written, and that is told once', async () => {
  const { folder, start, unwritable } = place()
  mkdirSync(dirname(folder), { recursive: true })
  writeFileSync(folder, 'no folder')
  await start(5)
  expect(unwritable).toHaveLength(1)
  chmodSync(folder, 0o600)
})

test('a mark is written over the last one, and anew where its file was moved or is another length', async () => {
  const { path, folder, mark } = place()
  mkdirSync(folder, { recursive: true })
  let marked: MarkedSending = 'sending'
  const attempts: Pick<PaymentAttempts, 'markSending'> = { markSending: async () => marked }
  const { markSending } = mark.noting(attempts)
  const send = (payment: string) => markSending(payment, sending)
  await send('payment-1')
  const beside = `${dirname(path)}/.${basename(path)}.served`
  const { ino } = statSync(beside)
  await send('payment-2')
  expect(statSync(beside).ino).toBe(ino)
  expect(JSON.parse(readFileSync(beside, 'utf8')).payment).toBe('payment-2')
  // Another process notes one that is longer.
  writeFileSync(beside, `${JSON.stringify({ ledger: path, payment: 'a longer one than ours' })}\n`)
  await send('payment-3')
  expect(JSON.parse(readFileSync(beside, 'utf8')).payment).toBe('payment-3')
  renameSync(beside, `${beside}.moved`)
  await send('payment-4')
  expect(JSON.parse(readFileSync(beside, 'utf8')).payment).toBe('payment-4')
  expect(JSON.parse(readFileSync(`${beside}.moved`, 'utf8')).payment).toBe('payment-3')
  // It is not sent after all.
  marked = 'checkout_busy'
  expect(await send('payment-5')).toBe('checkout_busy')
  expect(JSON.parse(readFileSync(beside, 'utf8')).payment).toBe('payment-4')
})

test('a folder that no one can make is told, and does not hold the process up', async () => {
  const file = sqliteFile()
  onTestFinished(file.remove)
  const unwritable: unknown[] = []
  const mark = createServedMark(file.path, '/proc/tillgate/marks', (error) => void unwritable.push(error))
  await mark
    .noting({ markSending: async (..._: Parameters<PaymentAttempts['markSending']>) => 'sending' as const })
    .markSending('payment-1', sending)
  expect(unwritable).toMatchObject([{ code: 'ENOENT' }])
  expect(() => openSqlite('/proc/tillgate/ledger.db')).toThrow('ENOENT')
})
