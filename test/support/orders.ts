import { exampleOrder } from '../../demo/example-order.ts'
import type { Sandbox } from '../../sandbox/start-sandbox.ts'

/** The example order of BigCommerce's own guide: customer 11, 60.98 USD. */
export const guideOrder = exampleOrder

/** What the guide's order costs, in cents. */
export const guideOrderAmount = 6098

/** Creates an order as a storefront's server does. @returns its id. */
export const createOrder = (sandbox: Sandbox, changes: object = {}): number =>
  sandbox.orders.create({ ...guideOrder, ...changes }).id
