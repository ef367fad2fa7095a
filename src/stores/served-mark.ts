import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
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
      for (const place of places) {
        try {
          mkdirSync(dirname(place), { recursive: true, mode: 0o700 })
          // Written whole or not at all.
          writeFileSync(`${place}.new`, `${JSON.stringify({ ledger, payment: paymentId })}\n`, {
            mode: ledgerFileMode,
          })
          renameSync(`${place}.new`, place)
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

/** The payment of a mark; null where there is none, or where it may not be read. */
function paymentIn(place: string): string | null {
  try {
    return String(JSON.parse(readFileSync(place, 'utf8')).payment)
  } catch {
    return null
  }
}
