import type { ManagementApi } from '../clients/bigcommerce/management-api.ts'
import type { Clock } from '../domain/clock.ts'
import { type Decision, type Judgement, judgeDecision } from '../domain/decide-payment.ts'
import type { Verdict } from '../domain/evidence.ts'
import type { OrderReading } from '../domain/order.ts'
import { keptAnswer } from '../domain/payment-answer.ts'
import {
  closesOrder,
  isFinal,
  isRunning,
  type PaymentAttempt,
  publicStatus,
} from '../domain/payment-attempt.ts'
import type { Note } from '../domain/payment-story.ts'
import { Problem } from '../domain/problem.ts'
import type { ProblemCode } from '../domain/problems.ts'
import type { Log } from '../logging/log-entry.ts'
import type { Weighed } from '../stores/conclude-look.ts'
import type { DeskLedger } from '../stores/desk-ledger.ts'
import type { PaymentAttempts } from '../stores/payment-attempts.ts'
import type { UnsettledAttempts } from '../stores/unsettled-attempts.ts'
import { lookAtOrder, lookContext } from './look-at-order.ts'
import { weighLook } from './weigh-look.ts'

export interface ResolveCommand {
  readonly paymentId: string
  readonly decision: Decision
  /** Who decides, and why: both are kept with the payment. */
  readonly by: string
  readonly because: string
  /** Whether the person decides also where BigCommerce cannot be read. */
  readonly isUnread: boolean
}

export interface Resolved {
  /** The payment as it stands now. */
  readonly payment: PaymentAttempt
  /** null where BigCommerce could not be read at all. */
  readonly reading: OrderReading | null
  readonly verdict: Verdict['kind'] | null
  /** Why the person's decision does not stand; null if it does. */
  readonly refusal: Problem | null
  /** Whether more than one charge may have been made on the order. */
  readonly isDuplicate: boolean
}

/**
 * A person ends a payment that was sent and has no end, after one more look at BigCommerce. What the look proves
 * is written, and counts more than what the person says.
 *
 * @throws Problem `payment_not_found`; `payment_not_resolvable` before anything was read; of BigCommerce or the ledger, where one
 * is away.
 */
export type ResolvePayment = (command: ResolveCommand) => Promise<Resolved>

export interface ResolvePaymentDependencies {
  readonly desk: Pick<DeskLedger, 'tellById'>
  readonly attempts: Pick<PaymentAttempts, 'settle'>
  readonly unsettled: Pick<UnsettledAttempts, 'conclude'>
  readonly managementApi: Pick<ManagementApi, 'getOrder' | 'listTransactions'>
  /** How long an attempt must stand still before it is certain that no instance waits for its answer any more. */
  readonly sendingMsMax: number
  readonly now: Clock
  readonly log: Log
}

export function createResolvePayment(dependencies: ResolvePaymentDependencies): ResolvePayment {
  const { desk, attempts, unsettled, managementApi, sendingMsMax, now, log } = dependencies

  return async function resolvePayment(command) {
    const attempt = await openAttempt(command.paymentId)
    const lookedFromMs = now()
    const reading = await look(attempt, command.isUnread)
    let judgement: Judged = { kind: 'found' }
    let isClosed = false
    const { before, after, weighed } = await unsettled.conclude(
      attempt.id,
      (present, others) => {
        const weighed = weighLook({ attempt: present, reading, others, lookedFromMs, nowMs: now() })
        isClosed = others.some(closesOrder)
        judgement = judged(weighed, present, command, reading)
        return withWord(weighed, judgement, command)
      },
      keptAnswer,
      lookedFromMs,
    )
    return {
      payment: after,
      reading,
      verdict: weighed.verdict?.kind ?? null,
      refusal: refusalOf(judgement, after, reading),
      isDuplicate:
        weighed.alert === 'duplicate_charge' ||
        (isClosed && after.status === 'succeeded' && before.status !== 'succeeded'),
    }
  }

  /** An attempt that was sent and has no end. One that a dead instance left in the middle of sending becomes unknown, as recovery has it. */
  async function openAttempt(id: string): Promise<PaymentAttempt> {
    const attempt = (await desk.tellById(id))?.attempt
    if (!attempt)
      throw new Problem('payment_not_found', { detail: `The ledger has no payment ${id} of this store.` })
    if (isFinal(attempt.status)) throw notResolvable(settled(attempt), id)
    if (attempt.sentAtMs === null) throw notSent(attempt)
    if (!isRunning(attempt.status)) return attempt
    const waitMs = attempt.updatedAtMs + sendingMsMax - now()
    if (waitMs > 0)
      throw notResolvable(
        `It is being sent, and its answer is awaited. Try again in ${Math.ceil(waitMs / 1000)} seconds.`,
        id,
      )
    return attempts.settle(id, { status: 'unknown' }, () => null)
  }

  async function look(attempt: PaymentAttempt, isUnread: boolean): Promise<OrderReading | null> {
    const { orderId } = attempt
    if (orderId === null) throw notSent(attempt)
    const context = lookContext(attempt, { caller: 'desk', purpose: 'reading', log })
    return lookAtOrder(managementApi, orderId, context).catch((error: unknown) => {
      if (!(error instanceof Problem)) throw error
      if (isUnread) return null
      throw unread(error.code, attempt.id, error)
    })
  }

  function judged(
    weighed: Weighed,
    present: PaymentAttempt,
    command: ResolveCommand,
    reading: OrderReading | null,
  ): Judged {
    if (isFinal(present.status)) return { kind: 'refused', why: settled(present) }
    // A partial reading proves a charge, and nothing else.
    const isEnough = reading?.isWhole || command.isUnread || weighed.verdict?.kind === 'charged'
    return isEnough ? judgeDecision(command.decision, present, weighed, reading, now()) : { kind: 'unread' }
  }
}

type Judged = Judgement | { readonly kind: 'unread' }

const notResolvable = (detail: string, paymentId: string) =>
  new Problem('payment_not_resolvable', { detail, paymentId })

const notSent = ({ id }: PaymentAttempt) =>
  notResolvable(
    'It was not sent to BigCommerce. If its instance has died, it frees its order within two minutes.',
    id,
  )

function refusalOf(judgement: Judged, { id }: PaymentAttempt, reading: OrderReading | null): Problem | null {
  if (judgement.kind === 'refused') return notResolvable(judgement.why, id)
  if (judgement.kind !== 'unread') return null
  return unread('upstream_unavailable', id, reading?.failures[0])
}

/** The usual texts are about a request to pay. Here they would say something about this payment that no one knows. */
function unread(code: ProblemCode, paymentId: string, cause: unknown): Problem {
  const detail =
    code === 'upstream_refused'
      ? "BigCommerce did not accept this service's credentials, so nothing was decided. Check the store hash, the access token and its OAuth scopes."
      : 'BigCommerce could not be read in full, so nothing was decided. Try again. If the order is gone there, ask the gateway itself, then decide with --unread.'
  return new Problem(code, { detail, paymentId, cause })
}

const settled = ({ status, endedAtMs, decidedAtMs }: PaymentAttempt): string => {
  const when = endedAtMs === null ? '' : ` since ${new Date(endedAtMs).toISOString()}`
  const who = decidedAtMs === null ? '' : ', by the decision of a person'
  return `It is settled already, as ${publicStatus(status)}${when}${who}. A settled payment is not resolved again.`
}

/** Adds the person's decision to the look, and who made it. */
function withWord(weighed: Weighed, judgement: Judged, command: ResolveCommand): Weighed {
  if (judgement.kind === 'refused' || judgement.kind === 'unread') return weighed
  const { decision, by, because } = command
  const word = decision.replace('-', ' ')
  if (judgement.kind === 'found') {
    const agreed: Note = { what: `said that it was ${word}, which the look had found too`, by, because }
    return { ...weighed, notes: [...weighed.notes, agreed] }
  }
  const decided: Note = {
    what: `decided that it was ${word}${command.isUnread ? ', also if BigCommerce could not be read' : ''}`,
    by,
    because,
  }
  return { ...weighed, end: judgement.end, quiet: null, notes: [decided] }
}
