import type { Sandbox } from '../../sandbox/start-sandbox.ts'
import type { OddFieldsInput } from '../../sandbox/state/odd-fields.ts'
import type { SettingsChange } from '../../sandbox/state/settings.ts'
import type { Random } from './random.ts'

interface Listing {
  readonly name: string
  readonly settings?: SettingsChange
  readonly odd?: OddFieldsInput
}

const asUsual = {
  transactions_per_page: 50,
  transactions_order: 'oldest_first',
  transactions_ignore: [],
  transactions_pagination: true,
  transactions_amounts: 'number',
  payment_status_case: 'lower',
  declines_are_transactions: false,
} as const satisfies SettingsChange

/** In which ways BigCommerce may show what is so: none of them says anything else. */
const listings: readonly [Listing, ...Listing[]] = [
  { name: 'as usual' },
  { name: 'pages of one', settings: { transactions_per_page: 1 } },
  {
    name: 'pages of two, newest first',
    settings: { transactions_per_page: 2, transactions_order: 'newest_first' },
  },
  { name: 'pages that shift', settings: { transactions_per_page: 2, transactions_order: 'shifting' } },
  {
    name: 'pages of one, and no word about pages',
    settings: { transactions_per_page: 1, transactions_pagination: false },
  },
  {
    name: 'the same page again and again',
    settings: { transactions_per_page: 1, transactions_ignore: ['page'] },
  },
  { name: 'payment states capitalized', settings: { payment_status_case: 'capitalized' } },
  { name: 'payment states in capitals', settings: { payment_status_case: 'upper' } },
  { name: 'declines among the transactions', settings: { declines_are_transactions: true } },
  { name: 'amounts as text', settings: { transactions_amounts: 'text' } },
  { name: 'amounts with noise', settings: { transactions_amounts: 'noisy' } },
  { name: 'transactions without a status', odd: { what: 'transaction', omit: ['status'] } },
  { name: 'transactions without an id', odd: { what: 'transaction', set: { id: null } } },
  { name: 'orders without a payment state', odd: { what: 'order', set: { payment_status: null } } },
  {
    name: 'orders without a currency',
    odd: { what: 'order', set: { currency_code: null, default_currency_code: '' } },
  },
]

/** Shows everything in another way from now on. @param only a part of the names to choose from. @returns its name. */
export function listOtherwise(sandbox: Sandbox, random: Random, only: string): string {
  const [first, ...rest] = listings.filter(({ name }) => name.includes(only))
  const { name, settings = {}, odd } = random.pick(first ? [first, ...rest] : listings)
  listAsUsual(sandbox)
  sandbox.configure(settings)
  if (odd) sandbox.oddFields.add(odd)
  return name
}

export function listAsUsual(sandbox: Sandbox): void {
  sandbox.configure(asUsual)
  sandbox.oddFields.clear()
}

/** An entry that some other tool wrote into the list of an order: not a charge, and hard to read. */
const oddEntries: readonly [Omit<OddFieldsInput, 'what'>, ...Omit<OddFieldsInput, 'what'>[]] = [
  { omit: ['status'] },
  { set: { id: null } },
  { set: { amount: null } },
  { set: { event: 'review' } },
  { set: { date_created: null } },
]

/** Writes one odd entry and a few earlier declines into an order, or none of it. */
export function clutter(sandbox: Sandbox, random: Random, orderId: number): void {
  if (random.chance(0.2))
    sandbox.transactions.add({ order_id: orderId, count: random.between(1, 3), status: 'error' })
  if (!random.chance(0.05)) return
  const ids = sandbox.transactions.add({ order_id: orderId, status: 'error', amount: 1 })
  for (const id of ids) sandbox.oddFields.add({ what: 'transaction', id, ...random.pick(oddEntries) })
}
