import type { Sandbox } from '../sandbox/start-sandbox.ts'
import { exampleOrder } from './example-order.ts'

/** What is paid on the checkout page, as the shop shows it. Amounts are decimal text, as BigCommerce's V2 orders have them. */
export interface Shown {
  /** An order has a number, a cart the id that its checkout has too. */
  readonly id: number | string
  readonly customer_id: number
  readonly currency: string
  readonly total: string
  /** null where the shop cannot say: of a cart, Tillgate can. */
  readonly is_paid: boolean | null
  readonly shopper: { readonly name: string; readonly email: string }
  readonly items: readonly { readonly name: string; readonly quantity: number; readonly price: string }[]
}

/**
 * The carts of the shop. A real shop makes them with the GraphQL Storefront API; the simulated store has a control call for that.
 * Either way it takes no token of the store, and no order is made.
 */
export function createShopCarts({ checkouts }: Pick<Sandbox, 'checkouts'>) {
  const known = new Map<string, Shown>()

  return {
    /** @returns the id of the cart, which its checkout has too. */
    create(): string {
      const { customer_id, products, billing_address: shopper } = exampleOrder
      const { id, cart, grand_total } = checkouts.create({ customer_id, products })
      known.set(id, {
        id,
        customer_id,
        currency: cart.currency.code,
        total: String(grand_total),
        is_paid: null,
        shopper: { name: `${shopper.first_name} ${shopper.last_name}`, email: shopper.email },
        items: cart.line_items.physical_items.map(({ name, quantity, list_price }) => ({
          name,
          quantity,
          price: String(list_price),
        })),
      })
      return id
    },

    /** @returns null for a cart that was not made here. */
    find: (id: string): Shown | null => known.get(id) ?? null,
  }
}

export type ShopCarts = ReturnType<typeof createShopCarts>
