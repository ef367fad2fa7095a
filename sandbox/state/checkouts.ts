import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { STORE_CURRENCY } from '../data/balances.ts'
import { type OrderInput, ProductSchema } from './order-input.ts'

const fields = {
  /** 0 is a guest. */
  customer_id: z.int().min(0),
  currency_code: z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code'),
  products: z.array(ProductSchema).min(1),
  /** Without it no order can be made of the checkout. */
  has_billing_address: z.boolean(),
  /** Without it no order can be made of the checkout either. */
  has_stock: z.boolean(),
}

export const CheckoutInputSchema = z.strictObject({
  customer_id: fields.customer_id.default(0),
  currency_code: fields.currency_code.default(STORE_CURRENCY),
  products: fields.products.default([
    { name: 'BigCommerce Poster', quantity: 1, price_inc_tax: 60.98, price_ex_tax: 55 },
  ]),
  has_billing_address: fields.has_billing_address.default(true),
  has_stock: fields.has_stock.default(true),
})
export type CheckoutInput = z.input<typeof CheckoutInputSchema>

export const CheckoutEditSchema = z.strictObject(fields).partial()
export type CheckoutEdit = z.infer<typeof CheckoutEditSchema>

export type Checkout = z.output<typeof CheckoutInputSchema> & {
  /** The cart has the same id. */
  readonly id: string
  readonly createdAt: number
  readonly editedAt: number
  /** When its shopper or the store threw the cart away. */
  readonly deletedAt?: number
  /** Oldest first. */
  readonly makings: readonly Making[]
}

/** An order that was made of a checkout: by a request to the API, or by another application through a control route. */
export type Making = {
  readonly orderId: number
  readonly at: number
  readonly by: 'request' | 'other_application'
}

export type Checkouts = ReturnType<typeof createCheckouts>

export function createCheckouts({ now }: { now: () => number }) {
  const checkouts = new Map<string, Checkout>()
  const keep = (checkout: Checkout): Checkout => {
    checkouts.set(checkout.id, checkout)
    return checkout
  }

  return {
    all: (): Checkout[] => [...checkouts.values()],
    find: (id: string): Checkout | undefined => checkouts.get(id.toLowerCase()),
    create: (input: z.output<typeof CheckoutInputSchema>): Checkout =>
      keep({ ...input, id: randomUUID(), createdAt: now(), editedAt: now(), makings: [] }),
    edit(id: string, edit: CheckoutEdit): Checkout | undefined {
      const checkout = checkouts.get(id.toLowerCase())
      if (!checkout) return undefined
      const given = Object.fromEntries(Object.entries(edit).filter(([, value]) => value !== undefined))
      return keep({ ...checkout, ...given, editedAt: now() })
    },
    drop(id: string): Checkout | undefined {
      const checkout = checkouts.get(id.toLowerCase())
      return checkout && keep({ ...checkout, deletedAt: now() })
    },
    addMaking(id: string, making: Making, touchesCart: boolean): void {
      const checkout = checkouts.get(id)
      if (!checkout) throw new Error(`There is no checkout ${id}.`)
      const editedAt = touchesCart ? now() : checkout.editedAt
      keep({ ...checkout, makings: [...checkout.makings, making], editedAt })
    },
  }
}

/** The order that the checkout becomes. */
export const orderOf = (checkout: Checkout): OrderInput => ({
  status_id: 0,
  customer_id: checkout.customer_id,
  cart_id: checkout.id,
  order_source: 'checkout_api',
  default_currency_code: checkout.currency_code,
  products: checkout.products,
  billing_address: { first_name: 'Jane', last_name: 'Does', email: 'janedoe@email.com', country_iso2: 'US' },
})
