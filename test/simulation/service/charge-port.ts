import type { PaymentsApi } from '../../../src/clients/bigcommerce/payments-api.ts'
import { reveal } from '../../../src/domain/sealed.ts'
import type { Run } from '../engine/run.ts'
import type { BigCommerce } from '../upstream/big-commerce.ts'
import { createChargeNetwork } from './charge-network.ts'
import type { Ports } from './ports.ts'

/** Called with each charge when it is handed to the network. */
export type ChargeWatch = (requestId: string, paymentAccessToken: string) => void

export interface ChargePortOptions {
  readonly run: Run
  readonly ports: Ports
  readonly bigCommerce: BigCommerce
  readonly watch: ChargeWatch
  /** Called when a request reaches BigCommerce, unless the network delayed it for minutes. */
  readonly onArrival: () => void
  readonly onTurnedAway: (requestId: string) => void
}

export function createChargePort({
  run,
  ports,
  bigCommerce,
  watch,
  onArrival,
  onTurnedAway,
}: ChargePortOptions): PaymentsApi {
  const charge = createChargeNetwork(run, bigCommerce, onArrival)
  return {
    processPayment(paymentAccessToken, payment, { requestId }, permit) {
      const pat = reveal(paymentAccessToken)
      watch(requestId, pat)
      run.trace?.('charge', `${requestId} is sent`)
      return ports.exchange(`the charge of ${requestId}`, (answer) =>
        charge(pat, payment, requestId, permit, (outcome) => {
          run.trace?.('charge', `${requestId} ended ${outcome.kind}`)
          if (outcome.kind === 'turned_away') onTurnedAway(requestId)
          answer(outcome)
        }),
      )
    },
  }
}
