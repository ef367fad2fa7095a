import type { Sandbox } from '../../sandbox/start-sandbox.ts'
import type { Visit } from './customers.ts'
import type { Evidence } from './promises.ts'

/** The checkout of each order that was made of one. */
export const ordersMade = ({ checkouts }: Sandbox): Map<number, string> =>
  new Map(
    checkouts.list().flatMap(({ id, makings }) => makings.map(({ order_id }) => [order_id, id] as const)),
  )

/** How many orders were made of each checkout on our request. */
export const makingsCounted = ({ checkouts }: Sandbox): Map<string, number> =>
  new Map(
    checkouts.list().map(({ id, makings }) => [id, makings.filter(({ by }) => by === 'request').length]),
  )

/** Whether an order is what was to be paid in this visit, or was made of its checkout. */
export function isVisitOf(
  visit: Visit,
  orderId: number,
  { checkouts }: Pick<Evidence, 'checkouts'>,
): boolean {
  const checkoutId = checkouts.get(orderId) ?? null
  return visit.orderId === orderId || (checkoutId !== null && visit.checkoutId === checkoutId)
}
