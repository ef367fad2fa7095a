import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Device } from './device.ts'
import type { Random } from './random.ts'
import type { ShopperPlan } from './shopper-plan.ts'
import type { Told } from './told.ts'

export interface ShopperOptions {
  readonly plan: ShopperPlan
  readonly random: Random
  /** The first one, and another of the same person; with two orders of one checkout, the other's. */
  readonly devices: readonly [Device, Device]
  /** True when the run is over. */
  readonly isOver: () => boolean
  /** The key of a payment that was begun before; a new one otherwise. */
  readonly key?: string
}

/** Shops as people and their shops' software do: from the first click until it is settled or given up. */
export async function shop({ plan, random, devices, isOver, ...begun }: ShopperOptions): Promise<void> {
  const [first, second] = devices
  const session = (device: Device, key?: string) => payUntilKnown({ plan, random, device, isOver, key })
  const key = begun.key ?? randomUUID()
  switch (plan.habit) {
    case 'careful':
    case 'careless':
      return session(first, key)
    case 'two devices':
    case 'two orders':
      await Promise.all([session(first), sleep(random.between(0, 2_500)).then(() => session(second))])
      return
    case 'double click':
      await Promise.all([session(first, key), session(first, key)])
      return
    case 'double click, two keys':
      await Promise.all([session(first), session(first)])
      return
    default:
      return plan.habit satisfies never
  }
}

interface Session extends Pick<ShopperOptions, 'plan' | 'random' | 'isOver'> {
  readonly device: Device
  readonly key: string | undefined
}

async function payUntilKnown({ plan, random, device, isOver, key: given }: Session): Promise<void> {
  let key = given ?? randomUUID()
  let cardsTried = 0
  let payment: string | null = null
  for (let step = 0; step < plan.stepsMax && !isOver(); step++) {
    const card = plan.cards[Math.min(cardsTried, plan.cards.length - 1)] ?? ''
    const told: Told = payment === null ? await device.pay(key, card) : await device.look(payment)
    switch (nextAfter(told, plan, random)) {
      case 'done':
        if (plan.reloads && told.key !== null) await device.pay(key, card)
        return
      case 'ask':
        payment = told.payments[0]?.id ?? payment
        break
      case 'again':
        payment = null
        break
      case 'new key':
        ;[payment, key] = [null, randomUUID()]
        break
      case 'other card':
        if (++cardsTried >= plan.cards.length) return
        ;[payment, key] = [null, randomUUID()]
        break
    }
    await sleep(random.between(100, 1_200))
  }
}

type Next = 'done' | 'ask' | 'again' | 'new key' | 'other card'

/** What a client makes of what it was told. A careless one makes a new key whenever it does not like the answer. */
function nextAfter(told: Told, plan: ShopperPlan, random: Random): Next {
  const isCareless = plan.habit === 'careless' && random.chance(0.6)
  const [payment] = told.payments
  if (payment?.status === 'success' || told.code === 'order_already_paid') return 'done'
  if (payment?.status === 'declined' || payment?.status === 'not_charged') return 'other card'
  if (payment) return isCareless ? 'new key' : 'ask'
  if (told.key === null) return 'ask'
  if (told.status === null) return isCareless ? 'new key' : 'again'
  if (told.retry === 'new_key') return 'other card'
  if (told.retry === 'never') return 'done'
  return isCareless ? 'new key' : 'again'
}
