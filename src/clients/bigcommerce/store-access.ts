import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { ORDER_ID_MAX } from '../../domain/order.ts'
import type { RequestContext } from '../../request-context.ts'
import type { ManagementHttp } from './management-call.ts'

/** Whether BigCommerce takes the store's token, as far as its answers say. */
export interface StoreAccess {
  /** Takes note of the status of an answer on the management host. */
  note(status: number): void
  /**
   * Whether BigCommerce refuses the token. Asks BigCommerce where no answer has come yet, or where it refused the token last.
   * No answer is no refusal: an outage must not take every instance out of service.
   */
  isRefused(http: Pick<ManagementHttp, 'call'>): Promise<boolean>
}

/** A probe that waits longer than a second counts as failed. An answer that comes later is told to the next one. */
const askMsMax = 500
/** A token that is refused is asked about no more often, since each question uses the store's quota. */
const askAgainMs = 10_000

export function createStoreAccess(options: {
  log: RequestContext['log']
  elapsed: () => number
}): StoreAccess {
  const { log, elapsed } = options
  let isRefused: boolean | null = null
  let askedAtMs = Number.NEGATIVE_INFINITY

  function note(status: number): void {
    const was = isRefused
    if (status === 401) isRefused = true
    else if (status < 500 && status !== 429) isRefused = false
    if (isRefused === true && was !== true) log.error({}, 'store token refused')
    if (isRefused === false && was === true) log.info({}, 'store token taken again')
  }

  async function ask({ call }: Pick<ManagementHttp, 'call'>): Promise<void> {
    // There is no such order, and 404 shows that the token is taken.
    const request = { method: 'GET', path: `/v2/orders/${ORDER_ID_MAX}`, triesMax: 1 } as const
    const [requestId, correlationId] = [randomUUID(), randomUUID()]
    const about = {
      requestId,
      correlationId,
      shopperAddress: null,
      caller: '',
      purpose: 'reconciling',
      log,
    } as const
    const asking = call(request, about).catch(() => {})
    await Promise.race([asking, sleep(askMsMax, undefined, { ref: false })])
  }

  return {
    note,
    async isRefused(http) {
      if (isRefused !== false && elapsed() - askedAtMs >= askAgainMs) {
        askedAtMs = elapsed()
        await ask(http)
      }
      return isRefused === true
    },
  }
}
