import { readOrder } from '../../clients/bigcommerce/management-api.ts'
import { readPaymentMethods } from '../../clients/bigcommerce/read-payment-methods.ts'
import { mayBePayable } from '../../domain/order.ts'
import type { InstrumentType } from '../../domain/payment-instrument.ts'
import { acceptedInstruments } from '../../domain/payment-method.ts'
import type { StoreReadings } from './ask-store.ts'
import { type Finding, findingsOf } from './finding.ts'

/** What a given order can be paid with through this service. */
export function checkOrder(
  orderId: number,
  { order, methods }: StoreReadings,
  instruments: ReadonlySet<InstrumentType>,
): Finding[] {
  const { ok, warning, failure, notChecked } = findingsOf(`order ${orderId}`)
  if (order.answer?.status === 404) {
    return [
      failure(
        'The store has no such order.',
        'Give --order the id of an order with status 0 (Incomplete) of this store.',
      ),
    ]
  }
  if (order.answer?.status !== 200) return [notChecked('The order could not be read.')]
  const read = readOrder(order.answer)
  if (!read) {
    return [
      failure(
        'The order differs from what BigCommerce documents.',
        'Report this, with the version of Tillgate.',
      ),
    ]
  }
  const { statusId, due, isArchived } = read
  const state = mayBePayable(read)
    ? ok(
        due
          ? `${due.amount} ${due.currency} (in the minor unit) is due.`
          : 'The order does not say what is due in whole minor units of a currency; its access token will.',
      )
    : warning(
        isArchived
          ? 'It is archived, so it cannot be paid.'
          : `Its status is ${statusId}, so it cannot be paid.`,
        'Only orders with status 0 (Incomplete) can be paid.',
      )
  return [state, ...methodFindings(methods.answer, instruments)]
}

function methodFindings(
  answer: StoreReadings['methods']['answer'],
  instruments: ReadonlySet<InstrumentType>,
): Finding[] {
  const { failure, warning, notChecked } = findingsOf('payment methods')
  if (answer?.status !== 200) {
    return [notChecked(`BigCommerce did not list them (${answer?.status ?? 'no answer'}).`)]
  }
  const read = readPaymentMethods(answer.json)
  if (!read) {
    return [
      failure(
        'The list differs from what BigCommerce documents.',
        'Report this, with the version of Tillgate.',
      ),
    ]
  }
  if (read.methods.length === 0) {
    return [
      failure(
        'This order has no payment method.',
        'Connect a gateway that the Payments API supports. It supports no offline methods and no wallets.',
      ),
    ]
  }
  const leftOut =
    read.leftOut === 0
      ? []
      : [
          warning(
            `${read.leftOut} of what BigCommerce lists could not be understood and is not offered.`,
            'Report this, with the version of Tillgate.',
          ),
        ]
  const found = read.methods.map((method) => {
    const { ok, warning } = findingsOf(`payment method ${method.id}`)
    const accepts = acceptedInstruments(method, instruments)
    if (accepts.length === 0) {
      return warning(
        'It takes none of the types in PAYMENT_INSTRUMENTS.',
        'Add a type to the list if shoppers should pay by this method.',
      )
    }
    const takes = `takes ${accepts.join(', ')}`
    return method.test_mode
      ? warning(`In test mode; ${takes}.`, 'No money moves. Switch it to live before real orders come.')
      : ok(`It ${takes}.`)
  })
  return [...leftOut, ...found]
}
