import { goodCardNumber } from '../support/payments.ts'
import type { Random } from './random.ts'

/** How a shopper, or the shop's software, behaves when something goes wrong. */
const HABITS = [
  'careful',
  'careless',
  'two devices',
  'double click',
  'double click, two keys',
  'two orders',
] as const
export type Habit = (typeof HABITS)[number]

export interface ShopperPlan {
  readonly habit: Habit
  /** Card numbers, in the order in which they are tried after declines. */
  readonly cards: readonly string[]
  /** How long one request is waited for. */
  readonly patienceMs: number
  /** Requests after which a shopper gives up. */
  readonly stepsMax: number
  /** By the customer's id in the token instead of the order's: the order is read first then. */
  readonly asCustomer: boolean
  readonly methodId: string
  /** Wants the card to be saved, as only a signed-in customer may. */
  readonly saves: boolean
  /** Reloads the page after the end, which sends the same request again. */
  readonly reloads: boolean
  /** How long each request prefers to wait for an end (`Prefer: wait`); null for not at all. */
  readonly waitSeconds: number | null
}

const declinedCards = [
  '4000000000000002',
  '4000000000000127',
  '4000000000009995',
  '4000000000000069',
] as const
const lostCards = [
  '4000000000000119',
  '4000000010100008',
  '4000000000301053',
  '4000000010301051',
  '4000000010300509',
] as const
const pendingCards = ['4000000000202012', '4000000000202061'] as const

export function planShopper(random: Random): ShopperPlan {
  const asCustomer = random.chance(0.3)
  return {
    habit: habitOf(random),
    cards: cardsOf(random),
    patienceMs: random.between(600, 4_000),
    stepsMax: random.between(6, 16),
    asCustomer,
    methodId: random.chance(0.1) ? 'cybersource.card' : 'stripe.card',
    saves: asCustomer && random.chance(0.2),
    reloads: random.chance(0.25),
    waitSeconds: random.chance(0.3) ? random.between(1, 8) : null,
  }
}

function habitOf(random: Random): Habit {
  const roll = random.next()
  if (roll < 0.5) return 'careful'
  if (roll < 0.72) return 'careless'
  if (roll < 0.82) return 'two devices'
  if (roll < 0.89) return 'double click'
  return roll < 0.95 ? 'double click, two keys' : 'two orders'
}

/** Most pay with a good card; one in eight is declined first and corrects it. */
function cardsOf(random: Random): string[] {
  const cards: string[] = []
  while (cards.length < 2 && random.chance(0.12)) cards.push(random.pick(declinedCards))
  if (random.chance(0.02)) cards.push(random.pick(lostCards))
  if (random.chance(0.02)) cards.push(random.pick(pendingCards))
  return [...cards, goodCardNumber]
}
