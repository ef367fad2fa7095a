import type { UpstreamAnswer } from '../../src/clients/bigcommerce/exchange.ts'
import { fieldsIn } from '../../src/clients/bigcommerce/exchange.ts'
import { readOrderTransactions } from '../../src/clients/bigcommerce/order-transactions.ts'
import { isFinal, type PaymentAttempt } from '../../src/domain/payment-attempt.ts'
import { paysAPart } from '../../src/domain/payment-instrument.ts'
import type { PaymentOutcome } from '../../src/domain/payment-outcome.ts'
import { Problem } from '../../src/domain/problem.ts'
import { charging, declined, mistaking, onLedger } from './sabotage-parts.ts'
import type { Hazard } from './scenario/hazards.ts'
import type { Scenario } from './scenario/scenario.ts'
import type { NodeParts, Sabotage } from './service/sabotage.ts'

/** What of a look's answers an older version understood. */
const reading = (change: (api: NodeParts['managementApi'], now: () => number) => object): Sabotage => ({
  parts: (parts, now) => ({
    ...parts,
    managementApi: { ...parts.managementApi, ...change(parts.managementApi, now) },
  }),
})

/** Judges of before, which saw an attempt or the others on its order otherwise. */
const judgingOf = (
  change: (
    attempt: PaymentAttempt,
    others: readonly PaymentAttempt[],
  ) => readonly [PaymentAttempt, readonly PaymentAttempt[]],
): Sabotage =>
  onLedger(({ conclude }) => ({
    conclude: (id, weigh, ...rest) =>
      conclude(id, (attempt, others) => weigh(...change(attempt, others)), ...rest),
  }))

const withoutPaging = (answer: UpstreamAnswer): UpstreamAnswer => ({
  ...answer,
  json: { ...fieldsIn(answer.json), meta: {} },
})

const wasRefused = (outcome: PaymentOutcome): boolean =>
  outcome.kind === 'unknown' && (outcome.refused !== undefined || outcome.reason === 'token_refused')

/** A fault that versions of this service had. */
export interface FaultOfThePast {
  readonly plant: Sabotage
  /** What the broken promise begins with. */
  readonly breaks: string
  /** What every seed has, so that few are needed. */
  readonly always: readonly Hazard[]
  readonly sharpen?: (scenario: Scenario) => Scenario
}

/** Everything is authorised, voided at once and answered to no one, and many entries and orders cannot be read. */
const withVoidsThatAreOdd = (scenario: Scenario): Scenario => ({
  ...scenario,
  faults: { ...scenario.faults, charge_answer_lost: 0.6, read_failed: 0.6 },
  upstream: { ...scenario.upstream, gatewayEnds: ['authorized'] },
  hazards: { ...scenario.hazards, voidedAtOnce: 0.5, oddEntries: 0.6 },
})

/** Every machine is more than an hour ahead, and many charges arrive as late as their token allows. */
const withClocksAhead = (scenario: Scenario): Scenario => ({
  ...scenario,
  faults: { ...scenario.faults, charge_request_late: 0.6 },
  hazards: {
    ...scenario.hazards,
    nodeClocks: [0, 1, 2].map((node) => ({ node, atMs: 0, byMs: 70 * 60_000 })),
  },
})

/** Most charges show late, answers are lost, and many entries are odd. */
const withEntriesThatHide = (scenario: Scenario): Scenario => ({
  ...scenario,
  faults: { ...scenario.faults, charge_answer_lost: 0.6 },
  hazards: { ...scenario.hazards, oddEntries: 0.3, lateShows: { share: 0.6, lateMsMax: 6 * 3_600_000 } },
})

/** Most answers are lost, of charges that were made and of those that were not. */
const withAnswersLost = (scenario: Scenario): Scenario => ({
  ...scenario,
  faults: { ...scenario.faults, charge_request_lost: 0.6, charge_answer_lost: 0.3 },
})

/** What each did. */
export const FAULTS_OF_THE_PAST: Readonly<Record<string, FaultOfThePast>> = {
  'reads the first page of transactions only': {
    breaks: '3:',
    always: ['pages'],
    plant: {
      readPages: (options) =>
        readOrderTransactions({
          ...options,
          read: async (query) =>
            query === ''
              ? withoutPaging(await options.read(''))
              : { status: 204, headers: {}, json: undefined },
        }),
    },
  },
  'takes a part of what there is for all of it': {
    breaks: '2:',
    always: ['pages', 'odd_entries', 'late_shows'],
    sharpen: withEntriesThatHide,
    plant: reading(({ listTransactions }) => ({
      listTransactions: async (...asked: Parameters<typeof listTransactions>) => ({
        ...(await listTransactions(...asked)),
        isWhole: true,
      }),
    })),
  },
  'gives a look up because of one odd entry': {
    breaks: '3:',
    always: ['odd_entries'],
    plant: reading(({ getOrder, listTransactions }) => ({
      async getOrder(...asked: Parameters<typeof getOrder>) {
        const [, { purpose }] = asked
        const { isWhole } = await listTransactions(...asked)
        if (purpose === 'reconciling' && !isWhole) throw new Problem('upstream_unusable')
        return getOrder(...asked)
      },
      async listTransactions(...asked: Parameters<typeof listTransactions>) {
        const recorded = await listTransactions(...asked)
        if (!recorded.isWhole) throw new Problem('upstream_unusable')
        return recorded
      },
    })),
  },
  'has no deadline where every look fails': {
    breaks: '3:',
    always: ['unreadable'],
    plant: onLedger(({ conclude }) => ({
      conclude: (id, weigh, ...rest) =>
        conclude(
          id,
          (attempt, others) => {
            const weighed = weigh(attempt, others)
            return weighed.verdict === null ? { ...weighed, end: null } : weighed
          },
          ...rest,
        ),
    })),
  },
  'holds its own clock against the life of a token': {
    breaks: '2:',
    always: ['clocks'],
    sharpen: withClocksAhead,
    plant: reading(({ getOrder, listTransactions }, now) => ({
      async getOrder(...asked: Parameters<typeof getOrder>) {
        const order = await getOrder(...asked)
        return order && { ...order, answeredAtMs: now() }
      },
      listTransactions: async (...asked: Parameters<typeof listTransactions>) => ({
        ...(await listTransactions(...asked)),
        answeredAtMs: now(),
      }),
    })),
  },
  'does not know of voids': {
    breaks: '2:',
    always: ['voids'],
    plant: reading(({ getOrder, listTransactions }) => ({
      async getOrder(...asked: Parameters<typeof getOrder>) {
        const order = await getOrder(...asked)
        return order && { ...order, paymentStatus: order.paymentStatus.replace(/^void$/, '') }
      },
      async listTransactions(...asked: Parameters<typeof listTransactions>) {
        const recorded = await listTransactions(...asked)
        const transactions = recorded.transactions.filter(({ event }) => event !== 'void')
        return { ...recorded, transactions }
      },
    })),
  },
  'counts an authorisation whose void it could not read': {
    breaks: '2:',
    always: ['odd_entries', 'voids'],
    sharpen: withVoidsThatAreOdd,
    plant: reading(({ listTransactions }) => ({
      listTransactions: async (...asked: Parameters<typeof listTransactions>) => ({
        ...(await listTransactions(...asked)),
        showsAllVoids: true,
      }),
    })),
  },
  'takes any refusal for a decline': {
    breaks: '2:',
    always: ['odd_refusals'],
    plant: mistaking((outcome) => (wasRefused(outcome) ? declined : outcome)),
  },
  'sends again after a 429 without a look': {
    breaks: '',
    always: ['doubled_429'],
    plant: charging(({ paymentsApi, managementApi }) => async (pat, payment, context, permit) => {
      const outcome = await paymentsApi.processPayment(pat, payment, context, permit)
      if (outcome.kind !== 'turned_away') return outcome
      const another = await managementApi.createPaymentAccessToken(100, context)
      return paymentsApi.processPayment(another.token, payment, context, permit)
    }),
  },
  'ends a suspected duplicate by absence': {
    breaks: '2:',
    always: [],
    plant: judgingOf((attempt, others) => [
      { ...attempt, bigcommerceCode: attempt.bigcommerceCode === 30105 ? null : attempt.bigcommerceCode },
      others,
    ]),
  },
  'subtracts a part payment whose trace cannot be the one at hand': {
    breaks: '2:',
    always: [],
    plant: judgingOf((attempt, others) => [
      attempt,
      others.map((other) => {
        const isPart = other.status === 'succeeded' && paysAPart(other.instrumentType)
        return isPart ? { ...attempt, id: other.id, status: other.status } : other
      }),
    ]),
  },
  'never looks at an end again': {
    breaks: '2:',
    always: ['late_shows'],
    plant: onLedger(({ lease, putOff }) => ({
      async lease(limit) {
        const leased = await lease(limit)
        const year = 365 * 24 * 3_600_000
        for (const { id, status, endedAtMs } of leased)
          if (isFinal(status)) await putOff(id, (endedAtMs ?? 0) + year)
        return leased.filter(({ status }) => !isFinal(status))
      },
    })),
  },
  'charges every order of a checkout': {
    breaks: '1:',
    always: ['one_checkout'],
    plant: {
      calls: (calls) => ({
        ...calls,
        claim: (nowMs, scope, fingerprint, attempt) =>
          calls.claim(nowMs, scope, fingerprint, { ...attempt, cartId: null }),
      }),
    },
  },
  'overlooks a charge that is of none of its payments': {
    breaks: '1:',
    always: ['charged_unsaid'],
    sharpen: withAnswersLost,
    plant: reading(({ listTransactions }) => ({
      async listTransactions(...asked: Parameters<typeof listTransactions>) {
        const recorded = await listTransactions(...asked)
        const isOurs = ({ method, paymentMethodId }: (typeof recorded.transactions)[number]) =>
          method !== 'offline' && paymentMethodId !== 'adyenv2.scheme'
        return { ...recorded, transactions: recorded.transactions.filter(isOurs) }
      },
    })),
  },
  'takes cash for a charge on a card': {
    breaks: '2:',
    always: ['charged_unsaid'],
    sharpen: withAnswersLost,
    plant: reading(({ listTransactions }) => ({
      async listTransactions(...asked: Parameters<typeof listTransactions>) {
        const recorded = await listTransactions(...asked)
        const transactions = recorded.transactions.map((row) =>
          row.method === 'offline' ? { ...row, method: '', paymentMethodId: null } : row,
        )
        return { ...recorded, transactions }
      },
    })),
  },
  'loses the setting that waits for the disk': {
    breaks: '',
    always: ['store_crashes'],
    plant: { durableCalls: [] },
  },
}
