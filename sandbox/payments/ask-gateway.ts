import type { Answer } from '../answer.ts'
import type { RefusalCode } from '../data/refusals.ts'
import type { Charging } from '../faults/fault.ts'
import { refusal } from '../refusal.ts'
import type { Settlement } from '../state/charges.ts'
import type { World } from '../world.ts'
import { commitCharge } from './commit-charge.ts'
import type { Sale } from './judge-payment.ts'
import { recordDecline } from './record-transactions.ts'

/** The gateway's part: it takes the money or refuses. */
export function askGateway(world: World, judged: Sale, charging: Charging = {}): Answer {
  const { pending, isHeld = false, showsAfterMs } = charging
  const sale: Sale = {
    ...judged,
    funding: isHeld ? { ...judged.funding, outcome: { kind: 'held-for-review' } } : judged.funding,
    ...(showsAfterMs === undefined ? {} : { showsAfterMs }),
  }
  const { outcome } = sale.funding
  switch (outcome?.kind) {
    case 'refused':
      return decline(world, sale, outcome.code, outcome.detail)
    case 'refused-when-saving':
      return sale.saves ? decline(world, sale, outcome.code) : accept(world, sale)
    case 'charged-then-refused':
      if (outcome.whenSaving && !sale.saves) return accept(world, sale)
      commitCharge(world, sale)
      return refusal(outcome.code)
    case 'pending':
      return accept(world, sale, {
        at: world.now() + world.settings.settle_ms,
        to: outcome.settlesTo,
      })
    case 'held-for-review':
    case undefined:
      return accept(world, sale, pending && settlementOf(world, pending))
    default:
      return outcome satisfies never
  }
}

function accept(world: World, sale: Sale, settles?: Settlement): Answer {
  const charge = commitCharge(world, sale, settles)
  const status = settles ? 'pending' : 'success'
  return { status: 201, body: { data: { id: charge.id, status, transaction_type: charge.kind } } }
}

function decline(world: World, sale: Sale, code: RefusalCode, detail?: string): Answer {
  if (world.settings.declines_are_transactions) recordDecline(world, sale)
  return refusal(code, detail === undefined ? {} : { detail })
}

function settlementOf({ now, settings }: World, fault: NonNullable<Charging['pending']>): Settlement {
  return { at: now() + (fault.settle_ms ?? settings.settle_ms), to: fault.settles_to }
}
