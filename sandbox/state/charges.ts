/** When a pending charge becomes final, and how it ends. */
export type Settlement = { readonly at: number; readonly to: 'success' | 'declined' }

/** Money that was really taken, or is about to be. Tests compare a client's records with these. */
export type Charge = {
  readonly id: string
  readonly order_id: number
  /** Integer minor units of `currency`. */
  readonly amount: number
  readonly currency: string
  readonly payment_method_id: string
  readonly instrument_type: string
  readonly brand?: string
  readonly last_4?: string
  readonly pat_jti: string
  /** Milliseconds of the sandbox's clock. */
  readonly at: number
  readonly kind: 'purchase' | 'authorization'
  readonly settles?: Settlement
  /** When a reserved amount was let go of. */
  readonly voidedAt?: number
  /** What was given back, in minor units. */
  readonly refunded?: number
}

export type ChargeReport = Omit<Charge, 'settles' | 'voidedAt'> & {
  readonly voided_at?: number
  readonly state: 'charged' | 'pending' | 'declined' | 'voided'
}

export type Charges = ReturnType<typeof createCharges>

export function createCharges({ now }: { now: () => number }) {
  let charges: Charge[] = []
  const changeLast = (orderId: number, change: Partial<Charge>): void => {
    const last = charges.findLast(({ order_id }) => order_id === orderId)
    charges = charges.map((charge) => (charge === last ? { ...charge, ...change } : charge))
  }

  return {
    add(charge: Charge): void {
      charges.push(charge)
    },
    voidOf: (orderId: number, at: number): void => changeLast(orderId, { voidedAt: at }),
    refundOf(orderId: number, amount: number): void {
      const before = charges.findLast(({ order_id }) => order_id === orderId)?.refunded ?? 0
      changeLast(orderId, { refunded: before + amount })
    },
    list(): ChargeReport[] {
      return charges.map(({ settles, voidedAt, ...charge }) => ({
        ...charge,
        ...(voidedAt === undefined ? {} : { voided_at: voidedAt }),
        state: voidedAt !== undefined && voidedAt <= now() ? 'voided' : stateOf(settles, now()),
      }))
    },
  }
}

function stateOf(settles: Settlement | undefined, now: number): ChargeReport['state'] {
  if (!settles) return 'charged'
  if (now < settles.at) return 'pending'
  return settles.to === 'success' ? 'charged' : 'declined'
}
