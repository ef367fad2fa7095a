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
}

export type ChargeReport = Omit<Charge, 'settles'> & {
  readonly state: 'charged' | 'pending' | 'declined'
}

export type Charges = ReturnType<typeof createCharges>

export function createCharges({ now }: { now: () => number }) {
  const charges: Charge[] = []

  return {
    add(charge: Charge): void {
      charges.push(charge)
    },
    list(): ChargeReport[] {
      return charges.map(({ settles, ...charge }) => ({ ...charge, state: stateOf(settles, now()) }))
    },
  }
}

function stateOf(settles: Settlement | undefined, now: number): ChargeReport['state'] {
  if (!settles) return 'charged'
  if (now < settles.at) return 'pending'
  return settles.to === 'success' ? 'charged' : 'declined'
}
