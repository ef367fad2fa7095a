import { parentPort, workerData } from 'node:worker_threads'
import { applyMigrations } from '../../src/stores/engine/migrations.ts'
import { openSqlite } from '../../src/stores/engine/open-sqlite.ts'
import { createPaymentAttempts } from '../../src/stores/payment-attempts.ts'
import type { WorkerTask } from './sqlite-race.ts'
import { newAttempt, scopeOf } from './wanted-attempts.ts'

/** A thread with a connection of its own, which waits for all the others before it does its work. */
const { path, work, name, threads, gate } = workerData as WorkerTask

const database = openSqlite(path)
const arrived = new Int32Array(gate)
if (Atomics.add(arrived, 0, 1) + 1 === threads) Atomics.notify(arrived, 0)
for (let seen = Atomics.load(arrived, 0); seen < threads; seen = Atomics.load(arrived, 0))
  Atomics.wait(arrived, 0, seen, 50)

const done: string[] = []
if (work === 'migrate') {
  await applyMigrations(database)
  done.push('migrated')
} else {
  const ledger = createPaymentAttempts({ database, storeHash: 'store-1', now: () => 1_000_000 })
  for (let turn = 0; turn < 20; turn++) {
    const key = `${name}-${turn}`
    done.push((await ledger.claim(scopeOf(key), 'body-1', newAttempt({ id: key }))).kind)
  }
}
await database.destroy()
parentPort?.postMessage(done)
