import { closeSync, existsSync, fsyncSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { ledgerFileMode } from '../engine/open-sqlite.ts'
import { busyTimeoutMs } from '../engine/sqlite.ts'

/**
 * Copies a ledger, as it is at one moment, into a new file, which is on the disk when this returns. Payments go on.
 *
 * @returns how many payments the copy holds.
 * @throws Error when there is no ledger, there is a file at the target already, or the copy is damaged.
 */
export function backUpSqlite(path: string, to: string): number {
  if (!existsSync(path)) throw new Error(`There is no ledger at ${path}.`)
  makeEmpty(to)
  const source = new DatabaseSync(path, { timeout: busyTimeoutMs, readOnly: true })
  try {
    source.prepare('VACUUM INTO ?').run(to)
  } finally {
    source.close()
  }
  const file = openSync(to, 'r+')
  fsyncSync(file)
  closeSync(file)
  const copy = new DatabaseSync(to, { readOnly: true })
  try {
    const { integrity_check: verdict } = copy.prepare('PRAGMA integrity_check').get() ?? {}
    if (verdict !== 'ok') throw new Error(`The copy at ${to} is damaged: ${verdict}`)
    return Number(copy.prepare('SELECT COUNT(*) AS payments FROM payment_attempts').get()?.payments)
  } finally {
    copy.close()
  }
}

/** Made empty first, with our own mode: SQLite writes into it, and no other user can read it or have put it there. */
function makeEmpty(path: string): void {
  try {
    closeSync(openSync(path, 'wx', ledgerFileMode))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') {
      throw new Error(`There is a file at ${path} already.`)
    }
    throw error
  }
}
