import { z } from 'zod'
import type { InstrumentType } from '../../domain/payment-instrument.ts'
import { Problem } from '../../domain/problem.ts'
import { reveal, Sealed } from '../../domain/sealed.ts'

/** As much of a body as says what pays. Nothing beside the type is looked at. */
const Typed = z.object({ payment: z.object({ instrument: z.object({ type: z.string() }) }) })

/**
 * Refuses an instrument that is not taken here by its type alone, before any other field of it is read: where cards are
 * kept out, no part of a card number comes into a check, a message or the ledger.
 *
 * @throws Problem `invalid_request`.
 */
export function refuseInstrument(body: unknown, instruments: ReadonlySet<InstrumentType>): void {
  const typed = Typed.safeParse(body instanceof Sealed ? reveal(body) : body)
  // Of another shape altogether: the schema of the body has its own words for it.
  if (!typed.success) return
  if (new Set<string>(instruments).has(typed.data.payment.instrument.type)) return
  const error = { pointer: '/payment/instrument/type', detail: 'This service does not take this type' }
  throw new Problem('invalid_request', { errors: [error] })
}
