import type { Permit } from '../../../src/allowance/permit.ts'
import { classifyCharge } from '../../../src/clients/bigcommerce/classify-charge.ts'
import type { UpstreamAnswer } from '../../../src/clients/bigcommerce/exchange.ts'
import type { PaymentRequest } from '../../../src/domain/payment-command.ts'
import type { PaymentOutcome, UnknownReason } from '../../../src/domain/payment-outcome.ts'
import type { Run } from '../engine/run.ts'
import { FOREIGN, rateLimited, serverError } from '../upstream/answers.ts'
import type { BigCommerce } from '../upstream/big-commerce.ts'

export const PAYMENT_TIMEOUT_MS = 60_000
const connectTimeoutMs = 3_000
/** Longer than a PAT lives, so that some arrive on either side of its end. */
const lateMsMax = 66 * 60_000
/** Many arrive just before that end, when the others think that none can begin any more. */
const justInTimeMs = 54 * 60_000

const copyMsMax = 25_000

type Done = (outcome: PaymentOutcome) => void

const lost = (reason: UnknownReason): PaymentOutcome => ({ kind: 'unknown', reason, bigcommerceCode: null })

/**
 * The way of one charge to the payments host and back. It turns an answer, or none, into the same outcome as
 * clients/bigcommerce/payments-api.ts, which uses the same code to classify answers.
 */
export function createChargeNetwork(run: Run, bigCommerce: BigCommerce, onArrival: () => void) {
  const { random, scheduler } = run

  const deliver = (delayMs: number, outcome: PaymentOutcome, done: (outcome: PaymentOutcome) => void) =>
    scheduler.after(delayMs, () => done(outcome))

  /** BigCommerce's answers say when they were given; what a proxy says in its place does not. */
  const dated = (answer: UpstreamAnswer): UpstreamAnswer => ({
    ...answer,
    headers: { ...answer.headers, date: new Date(bigCommerce.clock()).toUTCString() },
  })

  /** The answer's way back. */
  function answerArrives(answer: UpstreamAnswer, permit: Permit, done: Done, requestId = '') {
    const latencyMs = run.latencyMs()
    if (run.strikes('charge_answer_lost')) {
      // A reset connection fails at once; a silent one never does.
      return random.chance(0.5) ? deliver(latencyMs, lost('connection_lost'), done) : undefined
    }
    if (run.strikes('charge_answer_cut')) return deliver(latencyMs, lost('connection_lost'), done)
    const lateMs = run.strikes('charge_answer_late') ? random.below(2 * PAYMENT_TIMEOUT_MS) : 0
    scheduler.after(latencyMs + lateMs, () => {
      permit.answered()
      const outcome = classifyCharge(answer, { savesInstrument: false })
      if (outcome.kind === 'succeeded') bigCommerce.answerRead(requestId)
      done(outcome)
    })
  }

  /** A proxy may answer in BigCommerce's place, whatever BigCommerce does. */
  function inItsPlace(answer: UpstreamAnswer): UpstreamAnswer {
    if (run.strikes('charge_error_after')) return serverError(random.pick([500, 502, 504]))
    return run.strikes('charge_answer_foreign') ? random.pick(FOREIGN) : answer
  }

  const lateBy = () =>
    random.chance(0.5) ? random.below(lateMsMax) : justInTimeMs + random.below(lateMsMax - justInTimeMs)

  function send(pat: string, payment: PaymentRequest, requestId: string, permit: Permit, done: Done) {
    const arrive = (reply: (answer: UpstreamAnswer) => void) =>
      bigCommerce.charge(pat, payment, requestId, reply)
    const reply = (answer: UpstreamAnswer) =>
      answerArrives(inItsPlace(dated(answer)), permit, done, requestId)
    const lateMs = run.strikes('charge_request_late') ? lateBy() : 0
    scheduler.after(run.latencyMs() + lateMs, () => {
      if (lateMs === 0) onArrival()
      arrive(reply)
    })
    if (run.strikes('charge_request_doubled')) {
      // The sender waits for the answer to its own request. The answer to the copy is lost, unless a proxy passes it on.
      const { answersForCopy } = run.scenario.upstream
      const copyMs = random.below(answersForCopy ? PAYMENT_TIMEOUT_MS : lateMsMax)
      scheduler.after(lateMs + copyMs, () => arrive(answersForCopy ? reply : () => {}))
    }
  }

  return function charge(
    pat: string,
    payment: PaymentRequest,
    requestId: string,
    permit: Permit,
    done: Done,
  ) {
    if (run.strikes('charge_refused_connection')) {
      return deliver(random.below(connectTimeoutMs), { kind: 'not_sent', reason: 'unreachable' }, done)
    }
    if (run.strikes('charge_dialled_slowly')) {
      return scheduler.after(random.below(connectTimeoutMs), () =>
        hold(pat, payment, requestId, permit, done),
      )
    }
    hold(pat, payment, requestId, permit, done)
  }

  /** Waits, with an open connection, for the moment of its permit. */
  function hold(pat: string, payment: PaymentRequest, requestId: string, permit: Permit, done: Done) {
    void permit.moment().then(() => leave(pat, payment, requestId, permit, done))
  }

  function leave(pat: string, payment: PaymentRequest, requestId: string, permit: Permit, done: Done) {
    if (!permit.mayLeave()) return deliver(0, { kind: 'not_sent', reason: 'too_late' }, done)
    permit.departed()
    deliver(PAYMENT_TIMEOUT_MS, lost('timed_out'), done)
    if (run.strikes('charge_request_lost')) return
    if (!run.isHealed() && random.chance(run.scenario.hazards.doubled429)) {
      run.happened('doubled_429')
      // The copy takes its own way, and may charge while its sender is told to come again. What comes of it shows within the
      // minute that the service waits after that answer: more cannot be had.
      scheduler.after(random.below(copyMsMax), () =>
        bigCommerce.charge(pat, payment, requestId, () => {}, true),
      )
      return answerArrives(dated(rateLimited()), permit, done)
    }
    if (run.strikes('charge_rate_limited')) return answerArrives(dated(rateLimited()), permit, done)
    if (run.strikes('charge_error_before'))
      return answerArrives(serverError(random.pick([500, 502])), permit, done)
    send(pat, payment, requestId, permit, done)
  }
}
