import { Problem } from '../../../src/domain/problem.ts'
import type { RequestContext } from '../../../src/request-context.ts'
import { silentLog } from '../../support/logs.ts'
import type { Run } from '../engine/run.ts'
import type { ServiceNode } from '../service/node.ts'
import type { Witness } from '../witness/witness.ts'
import { LOST, type PayRequest, type Reply, toldOf } from './requests.ts'

/** The service as its clients see it: some node answers, or none does, or too late. */
export interface Front {
  pay(request: PayRequest): Promise<Reply>
  /** Resolves when the list has arrived, or the client has given up. */
  list(request: PayRequest): Promise<void>
  /** A webhook, of an order or of a cart that has become one. Its sender does not wait. */
  notify(orderId: number, delivery: number, checkoutId: string | null): void
}

function checkoutsOf({ checkouts }: ServiceNode) {
  if (!checkouts) throw new Error('this service cannot pay checkouts')
  return checkouts
}

const patienceMs = [3_000, 30_000, 100_000] as const

export function createFront(run: Run, nodes: readonly ServiceNode[], witness: Witness): Front {
  const { random, scheduler, counts } = run
  const pickNode = () => nodes[random.below(nodes.length)]

  /** A request on its way to a node, and the answer on its way back. Either may get lost. */
  function exchange<T>(
    fallback: T,
    serve: (node: ServiceNode, context: RequestContext) => Promise<T>,
  ): Promise<T> {
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
    return new Promise((resolve) => {
      let isOver = false
      const end = (value: T) => {
        if (isOver) return
        isOver = true
        scheduler.resume(() => resolve(value))
      }
      scheduler.after(random.pick(patienceMs), () => end(fallback))
      scheduler.after(run.latencyMs(), () => {
        const node = pickNode()
        if (!node?.life.isUp) return
        serve(node, context).then((value) => {
          scheduler.arrived()
          const isLost = run.strikes('client_gone')
          scheduler.after(run.latencyMs(), () => end(isLost ? fallback : value))
        })
      })
    })
  }

  return {
    pay: (request) =>
      exchange(LOST, async (node, context) => {
        const { caller, idempotencyKey, command, checkoutId } = request
        run.trace?.(
          caller.principal,
          `asks ${node.life.name} to pay ${checkoutId ?? command.orderId} with ${idempotencyKey}, ${request.bodyId} (${context.requestId})`,
        )
        witness.asked(context.requestId, request)
        const asked = { ...command, caller, idempotencyKey }
        const { expectedAmount } = command
        const paying =
          checkoutId === null || expectedAmount === null
            ? node.payOrder(asked, context)
            : checkoutsOf(node).payCheckout({ ...asked, checkoutId, expectedAmount }, context)
        const reply = await paying.then(
          ({ isReplay, ...answer }): Reply => ({ kind: 'answer', answer, isReplay }),
          (error: unknown) => problemReply(error, context.requestId),
        )
        run.trace?.(caller.principal, `is told ${toldOf(reply)} (${context.requestId})`)
        witness.told(context.requestId, request, reply)
        return reply
      }),

    list: ({ caller, command, checkoutId }) =>
      exchange(undefined, async (node, context) => {
        const listing =
          checkoutId === null
            ? node.listPayments(caller, command.orderId, context)
            : checkoutsOf(node).listCheckoutPayments(caller, checkoutId, context)
        const attempts = await listing.catch(() => null)
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
