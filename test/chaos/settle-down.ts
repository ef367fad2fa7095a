import { setTimeout as sleep } from 'node:timers/promises'
import type { Sandbox } from '../../sandbox/start-sandbox.ts'
import { type Attempt, attemptsOf } from './attempts.ts'
import type { ChaosDatabase } from './chaos-database.ts'
import type { ChargeRequests } from './charge-requests.ts'
import type { Visit } from './customers.ts'
import { isUnsettled } from './judge-run.ts'
import { subjectOf } from './told.ts'

export interface SettleDownOptions {
  readonly sandbox: Sandbox
  readonly database: ChaosDatabase
  readonly requests: ChargeRequests
  readonly visits: readonly Visit[]
  readonly withinMs: number
  readonly say: (open: number) => void
}

/** Asking again costs the service a look at the platform each; a few shoppers at a time, as in life. */
const askedAtOnce = 25

/**
 * Waits until every attempt has come to its end or is held. Meanwhile the shoppers whose payments have not, ask what
 * became of them, as a page that is still open does.
 */
export async function settleDown(options: SettleDownOptions): Promise<Attempt[]> {
  const { sandbox, database, requests, visits, withinMs, say } = options
  const bySubject = new Map(visits.map((visit) => [subjectOf(visit), visit]))
  const visitOf = ({ orderId, row }: Attempt) =>
    bySubject.get(String(orderId)) ?? bySubject.get(row?.cartId ?? '')
  const untilMs = Date.now() + withinMs
  while (true) {
    requests.collect()
    const attempts = attemptsOf(await database.readLedger(), requests.list(), sandbox.charges())
    const open = attempts.filter(isUnsettled)
    say(open.length)
    if (open.length === 0 || Date.now() > untilMs) return attempts
    await sleep(1_000)
    const asking = open.slice(0, askedAtOnce).map(visitOf)
    await Promise.all(asking.map(async (visit) => (await visit?.device())?.look()))
  }
}
