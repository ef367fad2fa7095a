import { createHash } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import type { Kysely } from 'kysely'
import { ledgerFileMode, makeFolder } from './engine/open-sqlite.ts'
import type { Tables } from './engine/tables.ts'
import type { PaymentAttempts } from './payment-attempts.ts'

/**
 * A note, outside a ledger's file, of the payment that was last sent from it. A ledger that does not know this payment is not
 * the one that the store was served from: an empty file where the old one was lost, or a backup from before.
 */
export interface ServedMark {
  /** @throws Error where there is a mark and no file. To be asked before the file is opened, which would make it. */
  refuseMissing(): void
  /** @throws Error where the ledger does not know the payment of a mark. */
  refuseOther(database: Kysely<Tables>): Promise<void>
  /** The same attempts; each payment is noted that is being sent, before it leaves. */
  noting<Attempts extends Pick<PaymentAttempts, 'markSending'>>(attempts: Attempts): Attempts
  /** Deletes the mark, when an operator says so. @returns whether there was one. */
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

  const marks = () => places.flatMap((place) => paymentIn(place) ?? [])
  const refusal = (what: string) =>
    new Error(
      `${what}, but the store was served from a ledger at this path. If that one was lost, an order could be charged twice: ` +
        'restore it as docs/operations.md says. To go on with this one as it is, run `npm run ledger:accept`.',
    )

  /** Never throws: the ledger itself is what counts. */
  function note(paymentId: string): void {
    const mark = Buffer.from(`${JSON.stringify({ ledger, payment: paymentId })}\n`)
    for (const place of places) {
      try {
        if (!writeOver(place, mark)) writeAnew(place, mark)
      } catch (error) {
        if (!unwritable.has(place)) onUnwritable(error)
        unwritable.add(place)
      }
    }
  }

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

    noting: (attempts) => ({
      ...attempts,
      async markSending(id, sending) {
        const marked = await attempts.markSending(id, sending)
        if (marked === 'sending') note(id)
        return marked
      },
    }),

    remove() {
      const found = marks().length > 0
      for (const place of places) rmSync(place, { force: true })
      return found
    },
  }
}

/**
 * Writes a mark over the last one. That costs a hundredth of writing a new file and renaming it, since a rename goes to the disk
 * at once.
 *
 * @returns false where there is no mark of the same length: what is left of a longer one would not be read.
 */
function writeOver(place: string, mark: Buffer): boolean {
  if (!existsSync(place)) return false
  const file = openSync(place, 'r+')
  try {
    // So few bytes in one call are written whole or not at all.
    return fstatSync(file).size === mark.length && writeSync(file, mark) === mark.length
  } finally {
    closeSync(file)
  }
}

/** Writes it to a new file, whole or not at all. */
function writeAnew(place: string, mark: Buffer): void {
  makeFolder(dirname(place), 0o700)
  writeFileSync(`${place}.new`, mark, { mode: ledgerFileMode })
  renameSync(`${place}.new`, place)
}

/** The payment of a mark; null where there is none, or where it may not be read. */
function paymentIn(place: string): string | null {
  try {
    return String(JSON.parse(readFileSync(place, 'utf8')).payment)
  } catch {
    return null
  }
}
