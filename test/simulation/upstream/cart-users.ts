import type { Run } from '../engine/run.ts'
import type { CartAct, CartActKind } from '../scenario/checkouts-plan.ts'
import type { StoreCheckout, StoreCheckouts } from './store-checkouts.ts'

const tenthOf = (minor: number) => Math.ceil(minor / 10)

type Acts = Readonly<Record<CartActKind, (checkout: StoreCheckout, act: CartAct) => void>>

/** What shoppers in another window, and other applications, do to carts. */
export function planCartActs(run: Run, checkouts: StoreCheckouts): void {
  const acts: Acts = {
    more: (checkout) => checkouts.edit(checkout, checkout.totalMinor + tenthOf(checkout.totalMinor)),
    less: (checkout) => checkouts.edit(checkout, checkout.totalMinor - tenthOf(checkout.totalMinor)),
    others: (checkout) => checkouts.edit(checkout, checkout.totalMinor),
    order: ({ id }, { source }) => void checkouts.makeOrder(id, source),
    sign_in(checkout) {
      checkout.customerId = 7
    },
    drop(checkout) {
      checkout.isDropped = true
    },
  }
  for (const act of run.scenario.hazards.checkouts?.acts ?? []) {
    run.scheduler.after(act.atMs, () => {
      const checkout = checkouts.at(act.planIndex)
      if (!checkout) return
      run.trace?.('cart', `${act.kind} ${checkout.id}`)
      acts[act.kind](checkout, act)
    })
  }
}
