import { describe, expect, test } from 'vitest'
import type { Permit } from '../../src/allowance/permit.ts'
import { fingerprintOf, type KnownKey } from '../../src/domain/idempotency-key.ts'
import { answerOf, type PaymentAnswer } from '../../src/domain/payment-answer.ts'
import { type AttemptStatus, LostAttempt, type OrderAttempt } from '../../src/domain/payment-attempt.ts'
import { INSTRUMENT_TYPES, type InstrumentType } from '../../src/domain/payment-instrument.ts'
import type { PaymentOutcome } from '../../src/domain/payment-outcome.ts'
import { Problem } from '../../src/domain/problem.ts'
import { reveal, Sealed, sealInstrument } from '../../src/domain/sealed.ts'
import type { Transaction } from '../../src/domain/transaction.ts'
import type { AuthorizedPayment, AuthorizeOrder } from '../../src/services/authorize-order.ts'
import { type ChargeAttemptDependencies, createChargeAttempt } from '../../src/services/charge-attempt.ts'
import {
  createPayOrder,
  type PayOrderCommand,
  type PayOrderDependencies,
} from '../../src/services/pay-order.ts'
import { attemptOf, commandOf, transactionOf, validInstruments } from '../domain/samples.ts'
import type { Logged } from '../support/logs.ts'
import { claimedBy, contextOf, customer, endOf, holderOf, orderOf, server } from './fakes.ts'

/** The moment of asking: decides nothing of a payment that has ended. */
const nowMs = Date.UTC(2026, 0, 2, 4)
const due = { amount: 6098, currency: 'USD' }
const claims = {
  storeHash: 'abc123',
  orderId: '118',
  due,
  expiresAtMs: 5_000_000,
  issuedAtMs: null,
  lifeMs: null,
}
const succeeded: PaymentOutcome = {
  kind: 'succeeded',
  bigcommercePaymentId: 'bc-1',
  transactionType: 'purchase',
}
const unreachable: PaymentOutcome = { kind: 'not_sent', reason: 'unreachable' }

const command = (change: Partial<PayOrderCommand> = {}): PayOrderCommand => ({
  ...commandOf(validInstruments.card),
  caller: customer(7),
  idempotencyKey: '0b5b2f0e-6f4b-4e0a-9a54-1f1f3c1f9d10',
  ...change,
})
const fingerprint = fingerprintOf(command())

const takenPermit = {
  moment: async () => {},
  mayLeave: () => true,
  departed() {},
  answered() {},
  giveBack() {},
}

/** What paying does to the world goes through these. */
type Ports = Omit<PayOrderDependencies, 'charging'> & ChargeAttemptDependencies

interface Change {
  readonly outcome?: PaymentOutcome
  /** Of the first charges, before any of `outcome`. */
  readonly firstOutcomes?: readonly PaymentOutcome[]
  readonly attempts?: Partial<Ports['attempts']>
  readonly velocityGate?: PayOrderDependencies['velocityGate']
  readonly authorizeOrder?: AuthorizeOrder
  readonly minting?: AuthorizedPayment['minting']
  readonly preparePayment?: Ports['preparePayment']
  readonly instruments?: ReadonlySet<InstrumentType>
  readonly takePermit?: () => Promise<Permit>
  readonly turnedAway?: (forMs: number) => Promise<boolean>
  /** Whether there is a permit for sending again. */
  readonly secondPermit?: boolean
  /** What a look shows. */
  readonly transactions?: readonly Transaction[]
  readonly isWhole?: boolean
}

/** The service, with ports that write down in order what they are asked. */
function paying({
  outcome = succeeded,
  firstOutcomes = [],
  attempts = {},
  velocityGate,
  authorizeOrder = async () => null,
  minting = null,
  preparePayment,
  instruments,
  secondPermit = true,
  transactions = [],
  isWhole = true,
  takePermit = async () => takenPermit,
  turnedAway = async () => false,
}: Change = {}) {
  const events: string[] = []
  /** Whether each charge asked for the instrument to be stored. */
  const storing: (boolean | undefined)[] = []
  const outcomes = [...firstOutcomes]
  const logged: Logged[] = []
  const kept: (PaymentAnswer | null)[] = []
  const background: (() => Promise<void>)[] = []
  let permitsTaken = 0
  let current: OrderAttempt = attemptOf()
  const ports: Ports = {
    now: () => nowMs,
    attempts: {
      async findByKey() {
        return null
      },
      async claim(_scope, _fingerprint, wanted) {
        const claim = claimedBy(wanted)
        current = claim.attempt
        return claim
      },
      async markSending(_id, { due: { amount, currency } }) {
        current = { ...current, status: 'sending', amount, currency }
        return 'sending'
      },
      async markSendingAgain() {
        return true
      },
      async findByOrder() {
        return [current]
      },
      async settle(_id, settlement, finalAnswer) {
        current = { ...current, ...settlement }
        kept.push(finalAnswer(current))
        return current
      },
      ...attempts,
    },
    velocityGate: velocityGate ?? { reserve: async () => {}, release: async () => {} },
    authorizePayment: async ({ caller, orderId }, _isNew, context) => ({
      order: await authorizeOrder(caller, orderId, context),
      minting,
    }),
    preparePayment:
      preparePayment ??
      (async () => ({ paymentAccessToken: new Sealed('the.pat'), claims, orderTotal: null })),
    permits: {
      arrive: () => ({
        turnedAway,
        takePermit: async () => {
          permitsTaken += 1
          if (permitsTaken > 1 && !secondPermit) throw new Problem('payment_rate_limited')
          return takePermit()
        },
      }),
    },
    paymentsApi: { processPayment: async () => outcomes.shift() ?? outcome },
    managementApi: {
      getOrder: async () => {
        events.push('look')
        return orderOf()
      },
      listTransactions: async () => ({ transactions, isWhole, showsAllVoids: isWhole, answeredAtMs: 0 }),
    },
    pause: async () => {},
    inBackground: (work) => void background.push(work),
    newId: () => 'attempt-1',
    instruments: instruments ?? new Set(INSTRUMENT_TYPES),
  }
  const seen: Ports = {
    ...ports,
    attempts: {
      findByKey(scope) {
        events.push('find key')
        return ports.attempts.findByKey(scope)
      },
      claim(scope, body, wanted) {
        events.push(`claim ${scope.operation} ${body === fingerprint} ${wanted.id} ${wanted.customerId}`)
        return ports.attempts.claim(scope, body, wanted)
      },
      markSending(id, sending) {
        const { due, patExpiresAtMs } = sending
        events.push(`sending ${id} ${due.amount} ${due.currency} ${patExpiresAtMs}`)
        return ports.attempts.markSending(id, sending)
      },
      findByOrder: (orderId) => ports.attempts.findByOrder(orderId),
      markSendingAgain(id) {
        events.push(`sending ${id} again`)
        return ports.attempts.markSendingAgain(id)
      },
      settle(id, settlement, finalAnswer) {
        events.push(`settle ${id} ${settlement.status} ${settlement.problemCode ?? '-'}`)
        return ports.attempts.settle(id, settlement, finalAnswer)
      },
    },
    authorizePayment(payment, isNew, context) {
      events.push(`authorize ${payment.orderId}${isNew ? '' : ' again'}`)
      return ports.authorizePayment(payment, isNew, context)
    },
    preparePayment(...args) {
      events.push(args[1].minting === null ? 'prepare' : 'prepare, minting')
      return ports.preparePayment(...args)
    },
    paymentsApi: {
      processPayment(pat, payment, context, permit) {
        events.push(`charge ${reveal(pat)} ${payment.instrument.type}`)
        storing.push(payment.save_instrument)
        return ports.paymentsApi.processPayment(pat, payment, context, permit)
      },
    },
  }
  const payOrder = createPayOrder({ ...seen, charging: createChargeAttempt(seen) })
  return {
    events,
    storing,
    logged,
    kept,
    background,
    pay: (change: Partial<PayOrderCommand> = {}) => payOrder(command(change), contextOf(logged)),
  }
}

const charges = (events: readonly string[]) => events.filter((event) => event.startsWith('charge'))
const before = ['find key', 'authorize 118', 'claim payOrder true attempt-1 7', 'prepare']
const sending = 'sending attempt-1 6098 USD 5000000'
const charge = 'charge the.pat card'

describe('write, call, write', () => {
  test('the order is authorised, then claimed, then written down as sending, and only then charged', async () => {
    const { pay, events } = paying()
    const paid = await pay()
    expect(events).toEqual([...before, sending, charge, 'settle attempt-1 succeeded -'])
    expect(paid).toMatchObject({
      status: 201,
      isReplay: false,
      body: { data: { status: 'success', amount: 6098, currency: 'USD' } },
    })
  })

  test('the claim knows of which checkout the order is, where the order was read', async () => {
    const carts: (string | null)[] = []
    const claim: Ports['attempts']['claim'] = async (_scope, _fingerprint, wanted) => {
      carts.push(wanted.cartId)
      return claimedBy(wanted)
    }
    const order = orderOf({ cartId: 'cart-1' })
    await paying({ attempts: { claim }, authorizeOrder: async () => order }).pay()
    await paying({ attempts: { claim } }).pay()
    expect(carts).toEqual(['cart-1', null])
  })

  test('each step waits for the one before it', async () => {
    const steps = ['find key', 'authorize 118', 'claim', 'prepare', 'sending', 'charge', 'settle']
    const { promise: never } = Promise.withResolvers<never>()
    const stuck: readonly [string, Change][] = [
      ['find key', { attempts: { findByKey: () => never } }],
      ['authorize 118', { authorizeOrder: () => never }],
      ['claim', { attempts: { claim: () => never } }],
      ['prepare', { preparePayment: () => never }],
      ['sending', { attempts: { markSending: () => never } }],
    ]
    for (const [at, change] of stuck) {
      const { pay, events } = paying(change)
      void pay()
      await new Promise((resolve) => setImmediate(resolve))
      expect(events.map((event) => steps.find((step) => event.startsWith(step)))).toEqual(
        steps.slice(0, steps.indexOf(at) + 1),
      )
    }
  })

  test.each([
    ['succeeded', succeeded, 201],
    ['pending', { ...succeeded, kind: 'pending' }, 202],
    ['unknown', { kind: 'unknown', reason: 'timed_out', bigcommerceCode: null }, 202],
    ['declined', { kind: 'declined', refusal: { by: 'code', bigcommerceCode: 30106 } }, 402],
  ] as const)(
    '%s is charged once, settled once, and answered as it was settled',
    async (kind, outcome, status) => {
      const { pay, events } = paying({ outcome })
      const answer = await pay()
      expect(answer.status).toBe(status)
      expect(charges(events)).toHaveLength(1)
      expect(
        events.filter((event) => event.startsWith('settle')).map((event) => event.split(' ')[2]),
      ).toEqual([kind])
    },
  )

  test('a final answer is kept as it was given; payments that are not final or were never sent keep none', async () => {
    const ends: [PaymentOutcome, boolean][] = [
      [succeeded, true],
      [{ kind: 'declined', refusal: { by: 'fields' } }, true],
      [{ ...succeeded, kind: 'pending' }, false],
      [{ kind: 'unknown', reason: 'timed_out', bigcommerceCode: null }, false],
      [unreachable, false],
    ]
    for (const [outcome, isKept] of ends) {
      const { pay, kept } = paying({ outcome })
      const given = await pay().then(
        ({ status, body }) => ({ status, body }),
        () => null,
      )
      expect(kept, outcome.kind).toEqual([isKept ? given : null])
    }
  })

  test('if the attempt was moved on meanwhile, the answer says how it stands now', async () => {
    const settled = attemptOf({ status: 'needs_review' })
    const { pay } = paying({ attempts: { settle: async () => settled } })
    expect(await pay()).toMatchObject({ status: 202, body: { data: { status: 'needs_review' } } })
  })
})

describe('a charge that BigCommerce turns away', () => {
  const away: PaymentOutcome = {
    kind: 'turned_away',
    reason: 'rate_limited',
    retryAfterSeconds: 2,
    answeredAtMs: null,
  }
  const patient = { turnedAway: async (forMs: number) => forMs === 2_000 }

  test('is sent again once, with the same PAT and another permit, after a complete look that shows nothing', async () => {
    let taken = 0
    const { pay, events } = paying({
      ...patient,
      firstOutcomes: [away],
      takePermit: async () => {
        taken += 1
        return takenPermit
      },
    })
    expect((await pay()).status).toBe(201)
    expect(events.slice(before.length)).toEqual([
      sending,
      'charge the.pat card',
      'sending attempt-1 again',
      'look',
      'charge the.pat card',
      'settle attempt-1 succeeded -',
    ])
    expect(taken).toBe(2)
  })

  test.each([
    ['it may not wait any longer', {}],
    ['there is no permit in time', { ...patient, secondPermit: false }],
    [
      'recovery has taken the attempt away',
      { ...patient, attempts: { markSendingAgain: async () => false } },
    ],
    [
      'that cannot be written down',
      { ...patient, attempts: { markSendingAgain: () => Promise.reject(new Problem('store_unavailable')) } },
    ],
    ['the look shows a charge', { ...patient, transactions: [transactionOf()] }],
    [
      'the look shows a charge that was made elsewhere',
      { ...patient, transactions: [transactionOf({ paymentMethodId: 'adyenv2.scheme' })] },
    ],
    ['the look is not whole', { ...patient, isWhole: false }],
  ])('is not sent again when %s, and is not known', async (_what, change: Change) => {
    const { pay, events } = paying({ ...change, outcome: away })
    expect((await pay()).status).toBe(202)
    expect(charges(events)).toHaveLength(1)
    expect(events.at(-1)).toBe('settle attempt-1 unknown -')
  })

  test.each<[string, PaymentOutcome]>([
    ['turned away too', away],
    ['refused', { kind: 'declined', refusal: { by: 'fields' } }],
    ['lost', { kind: 'unknown', reason: 'timed_out', bigcommerceCode: null }],
    ['never sent', unreachable],
  ])('is not known when the second sending is %s', async (_how, outcome) => {
    const { pay, events } = paying({ ...patient, firstOutcomes: [away], outcome })
    expect((await pay()).status).toBe(202)
    expect(charges(events)).toHaveLength(2)
    expect(events.at(-1)).toBe('settle attempt-1 unknown -')
  })

  test('is the only charge that is sent again', async () => {
    const others: PaymentOutcome[] = [
      unreachable,
      { kind: 'not_sent', reason: 'too_late' },
      { kind: 'unknown', reason: 'server_error', bigcommerceCode: null },
      { kind: 'declined', refusal: { by: 'fields' } },
      { ...succeeded, kind: 'pending' },
    ]
    for (const outcome of others) {
      const { pay, events } = paying({ turnedAway: async () => true, firstOutcomes: [outcome] })
      await endOf(pay())
      expect(charges(events), outcome.kind).toHaveLength(1)
    }
  })
})

describe('the permit', () => {
  /** A permit that reports what happens to it, in order with everything else. */
  const telling = (events: () => string[]): Permit => ({
    ...takenPermit,
    giveBack: () => void events().push('permit given back'),
  })

  test('is taken after the PAT is made and before sending is written down, and given back after the charge', async () => {
    const { pay, events }: ReturnType<typeof paying> = paying({
      takePermit: async () => {
        events.push('permit taken')
        return telling(() => events)
      },
    })
    await pay()
    expect(events).toEqual([
      ...before,
      'permit taken',
      sending,
      charge,
      'permit given back',
      'settle attempt-1 succeeded -',
    ])
  })

  test('if there is none in time, the attempt ends as not sent: key and order are free', async () => {
    const { pay, events } = paying({ takePermit: () => Promise.reject(new Problem('payment_rate_limited')) })
    expect(await endOf(pay())).toBe('payment_rate_limited')
    expect(events).toEqual([...before, 'settle attempt-1 not_sent payment_rate_limited'])
  })

  test.each([
    [
      'sending could not be written down',
      { markSending: () => Promise.reject(new Problem('store_unavailable')) },
    ],
    ['recovery has taken the attempt away', { markSending: async () => 'not_ours' as const }],
  ])('is given back when %s', async (_what, attempts) => {
    const { pay, events }: ReturnType<typeof paying> = paying({
      attempts,
      takePermit: async () => telling(() => events),
    })
    await endOf(pay())
    expect(charges(events)).toEqual([])
    expect(events.at(-1)).toBe('permit given back')
  })
})

describe('the ledger is lost after the charge', () => {
  const lost = {
    settle: () => Promise.reject(new Problem('store_unavailable', { cause: new Error('disk') })),
  }

  test.each([
    ['a success', succeeded],
    ['a decline', { kind: 'declined', refusal: { by: 'fields' } }],
    ['an unknown outcome', { kind: 'unknown', reason: 'timed_out', bigcommerceCode: null }],
  ] as const)(
    '%s that could not be recorded is answered as unknown, with its amount, and the log says so',
    async (_what, outcome) => {
      const { pay, logged } = paying({ outcome, attempts: lost })
      expect(await pay()).toMatchObject({
        status: 202,
        isReplay: false,
        body: {
          data: { id: 'attempt-1', status: 'unknown', amount: 6098, currency: 'USD' },
          meta: { retry: 'after' },
        },
      })
      expect(logged.filter(({ level }) => level === 'error')).toMatchObject([
        { event: 'outcome not recorded', fields: { paymentId: 'attempt-1' } },
      ])
    },
  )

  test('an end that is known is written as soon as the ledger is there again', async () => {
    let failures = 3
    const { pay, events, background } = paying({
      attempts: {
        settle: async (_id, settlement) => {
          if (failures-- > 0) throw new Problem('store_unavailable')
          return attemptOf({ ...settlement })
        },
      },
    })
    expect((await pay()).status).toBe(202)
    expect(background).toHaveLength(1)
    await background[0]?.()
    expect(events.filter((event) => event.startsWith('settle'))).toEqual(
      Array(4).fill('settle attempt-1 succeeded -'),
    )
  })

  test('a charge that was certainly not sent is still answered as not sent', async () => {
    const { pay } = paying({ outcome: unreachable, attempts: lost })
    expect(await endOf(pay())).toBe('upstream_unavailable')
  })
})

describe('any failure before the charge ends without a charge', () => {
  const failing = (code: 'upstream_unavailable' | 'store_unavailable' | 'order_not_found') => () =>
    Promise.reject(new Problem(code))

  test('key or order cannot be looked up: nothing is claimed', async () => {
    const looked = paying({ attempts: { findByKey: failing('store_unavailable') } })
    expect(await endOf(looked.pay())).toBe('store_unavailable')
    expect(looked.events).toEqual(['find key'])

    const foreign = paying({ authorizeOrder: failing('order_not_found') })
    expect(await endOf(foreign.pay())).toBe('order_not_found')
    expect(foreign.events).toEqual(['find key', 'authorize 118'])
  })

  test('the claim fails: no PAT is made', async () => {
    const { pay, events } = paying({ attempts: { claim: failing('store_unavailable') } })
    expect(await endOf(pay())).toBe('store_unavailable')
    expect(events).not.toContain('prepare')
  })

  test('the PAT cannot be made: key and order are free again, and the caller is told why', async () => {
    const { pay, events } = paying({ preparePayment: failing('upstream_unavailable') })
    expect(await endOf(pay())).toBe('upstream_unavailable')
    expect(events).toEqual([...before, 'settle attempt-1 not_sent upstream_unavailable'])
  })

  test('an unexpected error while the PAT is made: key and order are free again', async () => {
    const broken = new TypeError('broken')
    const { pay, events } = paying({ preparePayment: () => Promise.reject(broken) })
    expect(await endOf(pay())).toBe(broken)
    expect(events).toEqual([...before, 'settle attempt-1 not_sent internal_error'])
  })

  test('sending cannot be written down: no charge', async () => {
    const { pay, events } = paying({ attempts: { markSending: failing('store_unavailable') } })
    expect(await endOf(pay())).toBe('store_unavailable')
    expect(charges(events)).toEqual([])
    // Whether it was written or not: nothing was sent, and nothing will be.
    expect(events.at(-1)).toBe('settle attempt-1 not_sent store_unavailable')
  })

  test('the ledger is away for longer: key and order are free again as soon as it is back', async () => {
    let failures = 3
    const { pay, events, background } = paying({
      attempts: {
        markSending: failing('store_unavailable'),
        settle: async (_id, settlement) => {
          if (failures-- > 0) throw new Problem('store_unavailable')
          return attemptOf({ ...settlement })
        },
      },
    })
    expect(await endOf(pay())).toBe('store_unavailable')
    expect(background).toHaveLength(1)
    await background[0]?.()
    expect(events.filter((event) => event.startsWith('settle'))).toEqual(
      Array(4).fill('settle attempt-1 not_sent store_unavailable'),
    )
  })

  test('the ledger is back without the claim, which it had not waited for: there is nothing to free', async () => {
    const { pay, events, background } = paying({
      attempts: {
        markSending: failing('store_unavailable'),
        settle: async (id) => {
          throw new Problem('store_unavailable', { cause: new LostAttempt(id) })
        },
      },
    })
    expect(await endOf(pay())).toBe('store_unavailable')
    await background[0]?.()
    expect(events.filter((event) => event.startsWith('settle'))).toHaveLength(2)
  })

  test.each([
    [
      'written, and its answer was lost: key and order are free again',
      'attempt-1',
      ['settle attempt-1 not_sent -'],
    ],
    ['not written, and the next request has claimed the key: that one goes on', 'attempt-2', []],
  ])('a claim may have been %s', async (_what, id, settled) => {
    let asked = 0
    const { pay, events, background } = paying({
      attempts: {
        claim: failing('store_unavailable'),
        findByKey: async () => {
          asked += 1
          if (asked === 1) return null
          if (asked === 2) throw new Problem('store_unavailable')
          return { fingerprint, attempt: attemptOf({ id, status: 'claimed' }), answer: null }
        },
      },
    })
    expect(await endOf(pay())).toBe('store_unavailable')
    await background[0]?.()
    expect(events.filter((event) => event.startsWith('settle'))).toEqual(settled)
  })

  test('recovery has taken the attempt away: no charge, and the caller is told to ask again', async () => {
    const { pay, events } = paying({ attempts: { markSending: async () => 'not_ours' as const } })
    expect(await endOf(pay())).toBe('request_in_progress')
    expect(charges(events)).toEqual([])
    expect(events.filter((event) => event.startsWith('settle'))).toEqual([])
  })

  test.each([
    ['is being paid', 'checkout_busy', 'order_payment_in_progress'],
    ['has been paid', 'checkout_paid', 'order_not_payable'],
  ] as const)(
    'another order of the checkout %s: no charge, and this order is free',
    async (_how, marked, code) => {
      const { pay, events } = paying({ attempts: { markSending: async () => marked } })
      expect(await endOf(pay())).toBe(code)
      expect(charges(events)).toEqual([])
      expect(events.at(-1)).toBe(`settle attempt-1 not_sent ${code}`)
    },
  )

  test('a charge that never left may be repeated with the same key', async () => {
    const { pay, events } = paying({ outcome: unreachable })
    expect(await endOf(pay())).toBe('upstream_unavailable')
    expect(events.at(-1)).toBe('settle attempt-1 not_sent upstream_unavailable')
  })
})

describe('a key that is known', () => {
  const answer: PaymentAnswer = answerOf(attemptOf({ status: 'succeeded' }), nowMs)
  const knownKey = (status: AttemptStatus, change: Partial<KnownKey> = {}): KnownKey => ({
    fingerprint,
    attempt: attemptOf({ status }),
    answer: null,
    ...change,
  })
  const finding = (found: KnownKey) => paying({ attempts: { findByKey: async () => found } })

  test('is answered as it was, without a call', async () => {
    const { pay, events } = finding(knownKey('succeeded', { answer }))
    expect(await pay()).toEqual({ ...answer, isReplay: true })
    expect(events).toEqual(['find key'])
  })

  test.each(['claimed', 'sending'] as const)('is in progress while %s', async (status) => {
    const { pay, events } = finding(knownKey(status))
    expect(await pay().catch((thrown: unknown) => thrown)).toMatchObject({
      code: 'request_in_progress',
      options: { paymentId: attemptOf().id, retryAfterSeconds: 2 },
    })
    expect(events).toEqual(['find key'])
  })

  test.each(['unknown', 'pending', 'needs_review'] as const)(
    '%s is answered as it stands now, which is not a replay',
    async (status) => {
      const { pay, events } = finding(knownKey(status))
      expect(await pay()).toMatchObject({ status: 202, isReplay: false, body: { data: { status } } })
      expect(events).toEqual(['find key'])
    },
  )

  test.each([
    'claimed',
    'sending',
    'succeeded',
    'pending',
    'declined',
    'not_sent',
    'not_charged',
    'unknown',
    'needs_review',
  ] as const)('of another request is refused, however the first one ended: %s', async (status) => {
    const { pay, events } = finding(
      knownKey(status, { fingerprint: 'another body', answer: status === 'succeeded' ? answer : null }),
    )
    expect(await endOf(pay())).toBe('idempotency_key_reused')
    expect(events).toEqual(['find key'])
  })

  test('of an attempt that was never sent pays again', async () => {
    const { pay, events } = finding(knownKey('not_sent'))
    expect((await pay()).status).toBe(201)
    expect(charges(events)).toHaveLength(1)
  })

  test('of an attempt that the caller may no longer see is authorised again before it is answered', async () => {
    const { pay, events } = paying({
      attempts: {
        findByKey: async () =>
          knownKey('succeeded', { answer, attempt: attemptOf({ status: 'succeeded', customerId: 8 }) }),
      },
      authorizeOrder: () => Promise.reject(new Problem('order_not_found')),
    })
    expect(await endOf(pay())).toBe('order_not_found')
    expect(events).toEqual(['find key', 'authorize 118 again'])
  })

  test('that another request took meanwhile is answered like one that was known from the start', async () => {
    const claim = async () => ({ kind: 'known', known: knownKey('succeeded', { answer }) }) as const
    const { pay, events } = paying({ attempts: { claim } })
    expect(await pay()).toEqual({ ...answer, isReplay: true })
    expect(events).not.toContain('prepare')
  })
})

test.each([
  ['succeeded', 'order_already_paid', undefined],
  ['claimed', 'order_payment_in_progress', 2],
  ['sending', 'order_payment_in_progress', 2],
  ['pending', 'order_payment_in_progress', 2],
  ['unknown', 'order_payment_in_progress', 2],
  ['needs_review', 'order_payment_in_progress', 2],
] as const)(
  'an order fenced by an attempt that is %s is %s, and no PAT is used for it',
  async (status, code, seconds) => {
    const by = attemptOf({ id: 'other-attempt', status })
    const { pay, events } = paying({ attempts: { claim: async () => ({ kind: 'fenced', by }) } })
    const error = await pay().catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code, options: { paymentId: 'other-attempt' } })
    expect(error instanceof Problem ? error.options.retryAfterSeconds : 'no problem').toBe(seconds)
    expect(events).not.toContain('prepare')
  },
)

describe('what this service does not accept is refused before the ledger is asked', () => {
  test.each(INSTRUMENT_TYPES)('%s, where it is not in the list', async (type) => {
    const others = new Set(INSTRUMENT_TYPES.filter((one) => one !== type))
    const { pay, events } = paying({ instruments: others })
    const payment = { ...command().payment, instrument: sealInstrument(validInstruments[type]) }
    expect(await pay({ payment }).catch((thrown: unknown) => thrown)).toMatchObject({
      code: 'invalid_request',
      options: { errors: [{ pointer: '/payment/instrument/type' }] },
    })
    expect(events).toEqual([])
  })
})

describe('an instrument is to be stored', () => {
  const notSaved = { instrument_saved: false, instrument_saved_detail: expect.any(String) }

  test.each([
    ['of a signed-in customer: it is asked for', customer(7), true, true, {}],
    ['of a trusted server: it is asked for', server, true, true, {}],
    ['of a guest: it is paid, not stored, and told', holderOf(118), true, undefined, notSaved],
    ['of a guest who stores nothing: it is paid', holderOf(118), false, false, {}],
  ])('%s', async (_who, caller, save_instrument, asked, meta) => {
    const { pay, storing } = paying()
    const paid = await pay({ caller, payment: { ...command().payment, save_instrument } })
    expect([paid.status, storing]).toEqual([201, [asked]])
    expect(paid.body).toMatchObject({ meta })
    expect('meta' in paid.body && Object.keys(paid.body.meta)).toEqual(Object.keys(meta))
  })

  test.each([
    ['by a token that names a customer by now: it still says so', customer(7), null, notSaved],
    ['by a token that names none any more: it was stored', holderOf(118), 7, {}],
  ])('and the payment is asked for again, %s', async (_how, caller, customerId, meta) => {
    const asked = { ...command(), payment: { ...command().payment, save_instrument: true } }
    const attempt = attemptOf({ status: 'succeeded', customerId })
    const known = { fingerprint: fingerprintOf(asked), attempt, answer: answerOf(attempt, nowMs) }
    const { pay } = paying({
      attempts: { findByKey: async () => known, claim: async () => ({ kind: 'known', known }) },
    })
    const { isReplay, body } = await pay({ caller, payment: asked.payment })
    expect(isReplay).toBe(true)
    expect(body).toMatchObject({ meta })
    expect('meta' in body && Object.keys(body.meta)).toEqual(Object.keys(meta))
  })
})

test('no log line holds the card, the PAT or the key', async () => {
  const { pay, logged } = paying({
    attempts: { settle: () => Promise.reject(new Problem('store_unavailable')) },
  })
  await pay()
  const told = JSON.stringify(logged)
  expect(told).toContain('attempt-1')
  for (const secret of ['4242424242424242', 'the.pat', 'Jane', command().idempotencyKey])
    expect(told).not.toContain(secret)
})
