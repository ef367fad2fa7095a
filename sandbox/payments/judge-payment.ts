import type { Answer } from '../answer.ts'
import { findGateway, type Gateway, type InstrumentType } from '../data/gateways.ts'
import { refusal } from '../refusal.ts'
import type { AccessTokenClaims } from '../state/access-tokens.ts'
import type { Order } from '../state/order.ts'
import { isPayable, standingOf } from '../state/order-standing.ts'
import type { World } from '../world.ts'
import { type Funding, fundPayment } from './fund-payment.ts'
import { configurationOf, isOffered } from './offered-gateways.ts'
import { type PaymentInput, readPayment } from './payment-input.ts'

/** A payment that passed the platform's checks. The gateway has not been asked yet. */
export type Sale = {
  readonly order: Order
  readonly gateway: Gateway
  readonly instrumentType: InstrumentType
  /** Whether the instrument is to be stored. */
  readonly saves: boolean
  readonly funding: Funding
  /** The `jti` of its PAT. */
  readonly patId: string
  /** How long the charge stays invisible; unless given, as the store's switches say. */
  readonly showsAfterMs?: number
}

export type Verdict = { readonly sale: Sale } | { readonly refused: Answer }

export function judgePayment(world: World, claims: AccessTokenClaims, body: unknown): Verdict {
  const order = world.orders.find(claims.orderId)
  if (!order || order.isDeleted) return { refused: refusal(30003) }
  if (!isPayable(order, world.now(), world.settings)) return { refused: refusal(30101) }

  const reading = readPayment(body)
  if ('errors' in reading) return { refused: refusal(10001, { errors: reading.errors }) }
  const { payment } = reading

  const due = standingOf(order, world.now()).remaining
  if (claims.amount !== due) return { refused: refusal(30004) }

  const gateway = findGateway(payment.payment_method_id)
  const refused = gateway ? refusedByConfiguration(world, order, gateway, payment) : unknownMethod()
  if (!gateway || refused) return { refused: refused ?? unknownMethod() }

  const result = fundPayment({ world, order, gateway, payment, due, isRecurring: claims.isRecurring })
  if ('refused' in result) return result
  const { instrument, save_instrument: saves } = payment
  return {
    sale: {
      order,
      gateway,
      instrumentType: instrument.type,
      saves,
      funding: result.funding,
      patId: claims.jti,
    },
  }
}

function refusedByConfiguration(
  world: World,
  order: Order,
  gateway: Gateway,
  { instrument, save_instrument: saves }: PaymentInput,
): Answer | undefined {
  const configuration = configurationOf(world.settings, gateway)
  if (configuration === 'missing') return refusal(30000)
  if (configuration === 'broken') return refusal(30001)
  if (!isOffered(world, order, gateway)) return unknownMethod()
  if (!gateway.accepts.includes(instrument.type)) {
    return refusal(10001, { errors: { 'payment.instrument.type': 'is not accepted by this payment method' } })
  }
  const needsVault = instrument.type.startsWith('stored_') || saves
  return needsVault && !world.settings.vaulting ? refusal(30002) : undefined
}

const unknownMethod = () =>
  refusal(10001, { errors: { 'payment.payment_method_id': 'is not offered for this order' } })
