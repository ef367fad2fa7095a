import type { InstrumentType } from '../domain/payment-instrument.ts'
import { Problem } from '../domain/problem.ts'
import type { PayOrderCommand } from './pay-order.ts'

/** @throws Problem where this service does not take what is paid with, or does not store it for this caller. */
export function refuseInstrument(command: PayOrderCommand, instruments: ReadonlySet<InstrumentType>): void {
  refuseTypeNotTaken(command, instruments)
  refuseSavingForGuests(command)
}

function refuseTypeNotTaken({ payment }: PayOrderCommand, instruments: ReadonlySet<InstrumentType>): void {
  if (instruments.has(payment.instrument.type)) return
  const error = { pointer: '/payment/instrument/type', detail: 'This service does not take this type' }
  throw new Problem('invalid_request', { errors: [error] })
}

/** Only whom the caller's token names can have cards stored; a trusted server answers for its own shoppers. */
function refuseSavingForGuests({ caller, payment }: PayOrderCommand): void {
  if (payment.save_instrument && caller.customerId === null && caller.access.kind !== 'any') {
    throw new Problem('save_instrument_not_allowed')
  }
}
