import type { Visit } from './customers.ts'
import type { Evidence, Violation } from './promises.ts'
import type { Subject } from './told.ts'

interface Sources {
  readonly visit: Visit | undefined
  readonly evidence: Evidence
  readonly violations: readonly Violation[]
}

/** All that is known of one order, in the order in which it happened: what a person needs to find the mistake. */
export function storyOf(orderId: number, { visit, evidence, violations }: Sources): string {
  const cartId = evidence.checkouts.get(orderId) ?? null
  const own = <T extends Subject>(all: readonly T[]) =>
    all.filter((each) => each.orderId === orderId || (cartId !== null && each.checkoutId === cartId))
  const events: [atMs: number, what: string][] = [
    ...own(evidence.told).map((told): [number, string] => {
      const about = told.payments.map(({ id, status }) => `${id}=${status}`).join(' ')
      const asked = told.key === null ? 'asked' : `paid with key ${told.key}`
      const answer = told.status === null ? `nothing: ${told.text}` : `${told.status} ${told.code ?? ''}`
      return [
        told.atMs,
        `${told.device} ${asked} and was told ${answer} ${about} (request ${told.requestId ?? '?'})`,
      ]
    }),
    ...evidence.charges
      .filter(({ order_id }) => order_id === orderId)
      .map(({ at, id, state, pat_jti }): [number, string] => [
        at,
        `CHARGE ${id} by ${pat_jti}, now ${state}`,
      ]),
    ...own(evidence.attempts).flatMap(({ requests }) =>
      requests.map(({ atMs, tokenId, correlationId }): [number, string] => [
        atMs,
        `charge request of ${correlationId} with ${tokenId} arrived`,
      ]),
    ),
  ]
  return [
    `order ${orderId}:`,
    ...own(violations).map(({ promise, what }) => `  VIOLATION ${promise}: ${what}`),
    `  ${JSON.stringify({ plan: visit?.plan, faults: visit?.faults })}`,
    ...withoutRepetition(events.sort(([one], [other]) => one - other)),
    ...own(evidence.attempts).map(({ row }) => `  ledger ${JSON.stringify(row)}`),
  ].join('\n')
}

/** Who polls is told the same many times over; the first time tells it all. */
function withoutRepetition(events: readonly (readonly [atMs: number, what: string])[]): string[] {
  const isNew = (what: string, index: number) => events[index - 1]?.[1] !== what
  return events
    .filter(([, what], index) => isNew(what, index))
    .map(([at, what]) => `  ${new Date(at).toISOString()} ${what}`)
}
