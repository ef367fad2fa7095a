import type { Caller } from '../../../src/domain/caller.ts'
import type { PaymentAttempt } from '../../../src/domain/payment-attempt.ts'
import { Problem } from '../../../src/domain/problem.ts'
import { awaitedPayment, endingSoon } from '../../../src/plugins/waiting.ts'
import type { RequestContext } from '../../../src/request-context.ts'
import type { Awaited } from '../../../src/services/waiting.ts'
import { silentLog } from '../../support/logs.ts'
import type { Run } from '../engine/run.ts'
import type { ServiceNode } from '../service/node.ts'
import type { WaitsWatch } from '../witness/waits.ts'
import type { Witness } from '../witness/witness.ts'
import { LOST, type PayRequest, type Reply, toldOf } from './requests.ts'

/** The service as its clients see it: some node answers, or none does, or too late. */
export interface Front {
  pay(request: PayRequest, prefer?: Preference): Promise<Reply>
  /** Resolves when the list has arrived, or the client has given up. */
  list(request: PayRequest, prefer?: Preference): Promise<void>
  /** A webhook, of an order or of a cart that has become one. Its sender does not wait. */
  notify(orderId: number, delivery: number, checkoutId: string | null): void
}

/** How long the client prefers to wait for an end; null for not at all. */
export type Preference = number | null

/** One exchange at the instance that it reached. */
interface Visit {
  readonly node: ServiceNode
  readonly context: RequestContext
  /** Aborts when the client has given up, and the instance learns of it. */
  readonly hasGone: AbortSignal
}

function checkoutsOf(node: ServiceNode) {
  const { checkouts } = node.paying()
  if (!checkouts) throw new Error('this service cannot pay checkouts')
  return checkouts
}

const patienceMs = [3_000, 30_000, 100_000] as const

export interface FrontOptions {
  readonly run: Run
  readonly nodes: readonly ServiceNode[]
  readonly witness: Witness
  readonly waits: WaitsWatch
}

export function createFront({ run, nodes, witness, waits }: FrontOptions): Front {
  const { random, scheduler, counts } = run
  const pickNode = () => nodes[random.below(nodes.length)]

  /** A request on its way to a node, and the answer on its way back. Either may get lost. */
  function exchange<T>(fallback: T, serve: (visit: Visit) => Promise<T>): Promise<T> {
    scheduler.arrived()
    const requestId = `r${++counts.requests}`
    const context = {
      requestId,
      correlationId: requestId,
      shopperAddress: null,
      caller: 'caller',
      purpose: 'paying',
      log: silentLog,
    } as const
    const startMs = scheduler.now()
    return new Promise((resolve) => {
      let isOver = false
      const end = (value: T) => {
        if (isOver) return
        isOver = true
        scheduler.resume(() => resolve(value))
      }
      const patience = random.pick(patienceMs)
      scheduler.after(patience, () => end(fallback))
      scheduler.after(run.latencyMs(), () => {
        const node = pickNode()
        if (!node?.life.isUp) return
        serve({ node, context, hasGone: gone(node, startMs + patience) }).then((value) => {
          scheduler.arrived()
          const isLost = run.strikes('client_gone')
          scheduler.after(run.latencyMs(), () => end(isLost ? fallback : value))
        })
      })
    })
  }

  function gone({ life: node }: ServiceNode, atMs: number): AbortSignal {
    const leaving = new AbortController()
    const { life } = node
    // Only what waits hears of it.
    if (run.scenario.hazards.waits)
      scheduler.after(atMs - scheduler.now(), () => {
        if (node.life === life) scheduler.resume(() => leaving.abort())
      })
    return leaving.signal
  }

  /** As a route answers: at once, or as soon as one of the payments has its end. */
  function answer<Standing>(
    { node, hasGone }: Visit,
    prefer: Preference,
    { principal }: Caller,
    { ask, withoutEnd }: Awaited<Standing>,
  ): Promise<Standing> {
    if (prefer === null) return ask(() => true)
    const untilMs = scheduler.now() + prefer
    let paymentIds: readonly string[] = []
    return node
      .paying()
      .waiting.begin(principal, prefer)
      .answer(
        {
          ask,
          withoutEnd(standing) {
            paymentIds = withoutEnd(standing)
            return paymentIds
          },
        },
        {
          hasGone: () => hasGone,
          aside: (untilEnd) => waits.during({ paymentIds, untilMs, hasGone, life: node.life }, untilEnd),
          applied() {},
        },
      )
  }

  return {
    pay: (request, prefer = null) =>
      exchange(LOST, async (visit) => {
        const { node, context } = visit
        const { caller, idempotencyKey, command, checkoutId } = request
        run.trace?.(
          caller.principal,
          `asks ${node.life.name} to pay ${checkoutId ?? command.orderId} with ${idempotencyKey}, ${request.bodyId} (${context.requestId})`,
        )
        witness.asked(context.requestId, request)
        const asked = { ...command, caller, idempotencyKey }
        const { expectedAmount } = command
        const paying = () =>
          checkoutId === null || expectedAmount === null
            ? node.paying().payOrder(asked, context)
            : checkoutsOf(node).payCheckout({ ...asked, checkoutId, expectedAmount }, context)
        const reply = await answer(visit, prefer, caller, awaitedPayment(paying)).then(
          (paid): Reply => {
            if (paid instanceof Problem) return problemReply(paid, context.requestId)
            const { isReplay, ...given } = paid
            return { kind: 'answer', answer: given, isReplay }
          },
          (error: unknown) => problemReply(error, context.requestId),
        )
        run.trace?.(caller.principal, `is told ${toldOf(reply)} (${context.requestId})`)
        witness.told(context.requestId, request, reply)
        return reply
      }),

    list: ({ caller, command, checkoutId }, prefer = null) =>
      exchange(undefined, async (visit) => {
        const { node, context } = visit
        const attempts = await answer<readonly PaymentAttempt[]>(visit, prefer, caller, {
          ask: (mayLook) =>
            checkoutId === null
              ? node.paying().listPayments(caller, command.orderId, context, mayLook)
              : checkoutsOf(node).listCheckoutPayments(caller, checkoutId, context, mayLook),
          withoutEnd: endingSoon,
        }).catch(() => null)
        if (attempts === null) return
        run.trace?.(
          caller.principal,
          `is shown ${attempts.map(({ id, status }) => `${id} ${status}`).join(', ')}`,
        )
        witness.shown(attempts)
      }),

    notify(orderId, delivery, checkoutId) {
      const node = pickNode()
      if (!node?.life.isUp) return
      run.trace?.('webhook', `order ${orderId} to ${node.life.name}`)
      node
        .paying()
        .receiveWebhook(`${orderId} ${delivery} ${checkoutId ?? ''}`, {})
        .then(scheduler.arrived, scheduler.arrived)
    },
  }

  function problemReply(error: unknown, requestId: string): Reply {
    if (error instanceof Problem) return { kind: 'problem', problem: error.toBody(requestId) }
    witness.broken(`unexpected error: ${error instanceof Error ? error.message : String(error)}`)
    return LOST
  }
}
