import { createHash } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import type { Kysely } from 'kysely'
import { ledgerFileMode } from './engine/sqlite.ts'
import type { Tables } from './engine/tables.ts'

/**
 * A note, outside a ledger's file, of the payment that was last sent from it. A ledger that does not know this payment is not
 * the one that the store was served from: an empty file where the old one was lost, or a backup from before.
 */
export interface ServedMark {
  /** @throws Error where there is a mark and no file. To be asked before the file is opened, which would make it. */
  refuseMissing(): void
  /** @throws Error where the ledger does not know the payment of a mark. */
  refuseOther(database: Kysely<Tables>): Promise<void>
  /** Notes a payment that is being sent. Never throws: the ledger itself is what counts. */
  note(paymentId: string): void
  /** Forgets it, by an operator's word. @returns whether there was one. */
  remove(): boolean
}

/**
 * It is written to two places, because one may go with the ledger: beside the file, and into a folder elsewhere.
 *
 * @param onUnwritable called once for each place that cannot be written.
 */
export function createServedMark(
  path: string,
  folder: string,
  onUnwritable: (error: unknown) => void = () => {},
): ServedMark {
  const ledger = resolve(path)
  const name = createHash('sha256').update(ledger).digest('hex').slice(0, 32)
  const places = [join(dirname(ledger), `.${basename(ledger)}.served`), join(resolve(folder), `${name}.json`)]
  const unwritable = new Set<string>()
  const kept = new Map<string, KeptFile>()

  const marks = () => places.flatMap((place) => paymentIn(place) ?? [])
  const refusal = (what: string) =>
    new Error(
      `${what}, but the store was served from a ledger at this path. If that one was lost, an order could be charged twice: ` +
        'restore it as docs/operations.md says. To go on with this one as it is, run `npm run ledger:accept`.',
    )

  return {
    refuseMissing() {
      if (!existsSync(ledger) && marks().length > 0) throw refusal(`There is no ledger at ${ledger}`)
    },

    async refuseOther(database) {
      for (const id of marks()) {
        const known = await database
          .selectFrom('payment_attempts')
          .select('id')
          .where('id', '=', id)
          .executeTakeFirst()
        if (!known) throw refusal(`The ledger at ${ledger} does not know payment ${id}`)
      }
    },

    note(paymentId) {
      const mark = Buffer.from(`${JSON.stringify({ ledger, payment: paymentId })}\n`)
      for (const place of places) {
        try {
          const file = kept.get(place)
          if (file && writeOver(file, place, mark)) continue
          kept.delete(place)
          if (file) closeSync(file.descriptor)
          kept.set(place, writeAnew(place, mark))
        } catch (error) {
          if (!unwritable.has(place)) onUnwritable(error)
          unwritable.add(place)
        }
      }
    },

    remove() {
      const found = marks().length > 0
      for (const place of places) rmSync(place, { force: true })
      return found
    },
  }
}

/** A file that this process has made at a place, and has open. */
interface KeptFile {
  readonly descriptor: number
  readonly inode: bigint
}

/**
 * Writes a mark over the last one, which costs a hundredth of a new file: a file that takes another's name is given its place on
 * the disk at once.
 *
 * @returns false where the name leads to another file by now or to none, or to a mark of another length.
 */
function writeOver({ descriptor, inode }: KeptFile, place: string, mark: Buffer): boolean {
  const found = statSync(place, { bigint: true, throwIfNoEntry: false })
  if (found?.ino !== inode || found.size !== BigInt(mark.length)) return false
  // So few bytes in one call are written whole or not at all.
  return writeSync(descriptor, mark, 0, mark.length, 0) === mark.length
}

/** Writes it to a new file, whole or not at all. */
function writeAnew(place: string, mark: Buffer): KeptFile {
  mkdirSync(dirname(place), { recursive: true, mode: 0o700 })
  const descriptor = openSync(`${place}.new`, 'w', ledgerFileMode)
  try {
    writeSync(descriptor, mark)
    renameSync(`${place}.new`, place)
    return { descriptor, inode: fstatSync(descriptor, { bigint: true }).ino }
  } catch (error) {
    closeSync(descriptor)
    throw error
  }
}

/** The payment of a mark; null where there is none, or where it may not be read. */
function paymentIn(place: string): string | null {
  try {
    return String(JSON.parse(readFileSync(place, 'utf8')).payment)
  } catch {
    return null
  }
}
