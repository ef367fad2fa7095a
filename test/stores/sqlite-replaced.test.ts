import {
  copyFileSync,
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { applyMigrations } from '../../src/stores/engine/migrations.ts'
import { openSqlite } from '../../src/stores/engine/open-sqlite.ts'
import { createLedgerHealth } from '../../src/stores/ledger-health.ts'
import { createPaymentAttempts } from '../../src/stores/payment-attempts.ts'
import { sqliteFile } from './sqlite-file.ts'
import { newAttempt, scopeOf } from './wanted-attempts.ts'

const sending = { due: { amount: 1, currency: 'USD' }, patIssuedAtMs: 1, patExpiresAtMs: 5, orderTotal: null }
const refused = {
  code: 'store_unavailable',
  cause: { message: expect.stringContaining('moved, deleted or replaced') },
}

/** A ledger that is open at a path, with an attempt that was claimed and one that was sent. */
async function openLedger(pathOf: (real: string) => string = (real) => real) {
  const file = sqliteFile()
  onTestFinished(file.remove)
  const real = file.path
  mkdirSync(dirname(real), { recursive: true })
  const path = pathOf(real)
  const database = openSqlite(path)
  onTestFinished(() => database.destroy())
  await applyMigrations(database)
  const attempts = createPaymentAttempts({ database, storeHash: 'store-1', now: () => 1 })
  let orderId = 0
  const claim = () => attempts.claim(scopeOf(`key-${++orderId}`), 'f', newAttempt({ orderId }))
  const claimed = async () => {
    const made = await claim()
    return made.kind === 'claimed' ? made.attempt.id : ''
  }
  const [first, second] = [await claimed(), await claimed()]
  await attempts.markSending(second, sending)
  let elapsedMs = 0
  const isAble = createLedgerHealth({
    database,
    instance: 'one',
    now: () => 1,
    elapsed: () => (elapsedMs += 1_000),
    pause: () => new Promise(() => {}),
    onChange: () => {},
  })
  const expectRefused = async () => {
    expect(await isAble()).toBe(false)
    await expect(claim()).rejects.toMatchObject(refused)
    await expect(attempts.markSending(first, sending)).rejects.toMatchObject(refused)
    await expect(attempts.markSendingAgain(second)).rejects.toMatchObject(refused)
    await expect(attempts.settle(second, { status: 'declined' }, () => null)).rejects.toMatchObject(refused)
  }
  return { path, real, claim, isAble, expectRefused }
}

const copied = (path: string) => {
  copyFileSync(path, `${path}.copy`)
  renameSync(`${path}.copy`, path)
}

test.each([
  ['deleted', (path: string) => rmSync(path)],
  ['deleted with all that lies beside it', (path: string) => rmSync(dirname(path), { recursive: true })],
  ['moved', (path: string) => renameSync(path, `${path}.old`)],
  ['replaced by a copy of itself', copied],
  [
    'replaced by an empty file',
    (path: string) => {
      rmSync(path)
      writeFileSync(path, '')
    },
  ],
  ['robbed of its journal', (path: string) => rmSync(`${path}-wal`)],
  ['given another journal', (path: string) => copied(`${path}-wal`)],
  ['robbed of its locks', (path: string) => rmSync(`${path}-shm`)],
])('a file that was %s while it is open takes no payments, and is not ready', async (_what, change) => {
  const { path, claim, isAble, expectRefused } = await openLedger()
  expect(await isAble()).toBe(true)
  expect((await claim()).kind).toBe('claimed')
  change(path)
  await expectRefused()
})

test('a file that comes back is the one that is open, and takes payments again', async () => {
  const { path, claim, isAble, expectRefused } = await openLedger()
  renameSync(path, `${path}.old`)
  await expectRefused()
  renameSync(`${path}.old`, path)
  expect(await isAble()).toBe(true)
  expect((await claim()).kind).toBe('claimed')
})

test('a symbolic link is followed: it takes payments until it leads elsewhere', async () => {
  const { path, real, claim, expectRefused } = await openLedger((file) => {
    const link = join(dirname(file), 'link.db')
    symlinkSync(file, link)
    return link
  })
  expect((await claim()).kind).toBe('claimed')
  copyFileSync(real, `${real}.other`)
  unlinkSync(path)
  symlinkSync(`${real}.other`, path)
  await expectRefused()
})

test('a second name of the file changes nothing', async () => {
  const { path, claim, isAble } = await openLedger()
  linkSync(path, `${path}.hard`)
  expect(await isAble()).toBe(true)
  expect((await claim()).kind).toBe('claimed')
})
