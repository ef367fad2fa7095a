import type { Permits } from '../allowance/permits.ts'
import type { CheckoutsApi } from '../clients/bigcommerce/checkouts-api.ts'
import type { ManagementApi } from '../clients/bigcommerce/management-api.ts'
import type { PaymentsApi } from '../clients/bigcommerce/payments-api.ts'
import type { VerifyWebhook } from '../clients/identity/webhooks.ts'
import type { Clock } from '../domain/clock.ts'
import type { InstrumentType } from '../domain/payment-instrument.ts'
import type { KeyedDigest } from '../domain/sealed.ts'
import type { Log } from '../logging/log-entry.ts'
import type { Checkouts } from '../stores/checkouts.ts'
import type { PaymentAttempts } from '../stores/payment-attempts.ts'
import type { UnsettledAttempts } from '../stores/unsettled-attempts.ts'
import type { VelocityHolds } from '../stores/velocity-holds.ts'
import { createAuthorizeOrder, createAuthorizePayment } from './authorize-order.ts'
import { createVelocityGate, type DeclineLimits } from './card-testing.ts'
import { createChargeAttempt, type Pause } from './charge-attempt.ts'
import type { Pay } from './held-orders.ts'
import { createListPaymentMethods, type ListPaymentMethods } from './list-payment-methods.ts'
import { createGetPayment, createListPayments, type GetPayment, type ListPayments } from './list-payments.ts'
import { createMisses } from './misses.ts'
import { withOpaqueAnswers, withOpaqueAttempts } from './opaque-declines.ts'
import { createPayOrder, type PayOrder } from './pay-order.ts'
import { createPayingCheckouts, type PayingCheckouts } from './paying-checkouts.ts'
import { createPreparePayment } from './prepare-payment.ts'
import { createReceiveWebhook, type ReceiveWebhook } from './receive-webhook.ts'
import { createReconcileAttempt, type ReconcileAttempt } from './reconcile-attempt.ts'
import { createReconciliationRound, type Reconcile, stillForOf } from './reconciliation-loop.ts'
import { createWaiting, type Waiting } from './waiting.ts'

/** All that paying does to the world goes through these. */
export interface PayingPorts {
  readonly attempts: PaymentAttempts
  readonly unsettled: Omit<UnsettledAttempts, 'count' | 'countUnaccounted'>
  readonly holds: VelocityHolds
  readonly managementApi: ManagementApi
  readonly paymentsApi: PaymentsApi
  /** Opens a connection to the payments host for a charge that is being prepared. Without it each is dialled in its turn. */
  readonly dialAhead?: () => void
  readonly permits: Pick<Permits, 'arrive'>
  /** Whether the quota of management calls has room for one that may not be needed. */
  readonly isAtEase: () => boolean
  readonly verifyWebhook: VerifyWebhook
  readonly now: Clock
  /** A clock that only goes forward, in milliseconds. */
  readonly elapsed: () => number
  readonly pause: Pause
  readonly newId: () => string
  readonly log: Log
  readonly measure: MeasurePaying
  /** Left out where checkouts cannot be paid. */
  readonly checkouts?: CheckoutPorts | undefined
}

/** What paying checkouts does to the world. */
export interface CheckoutPorts {
  readonly checkouts: Checkouts
  readonly checkoutsApi: CheckoutsApi
}

/** Each gives back what it is given, measured. */
export interface MeasurePaying {
  payOrder<Command>(payOrder: Pay<Command>): Pay<Command>
  ends<Attempts extends Pick<PaymentAttempts, 'settle'>>(attempts: Attempts): Attempts
  reconcileAttempt(reconcileAttempt: ReconcileAttempt): ReconcileAttempt
}

export interface PayingSettings {
  readonly storeHash: string
  /** The instrument types that this service takes at all. */
  readonly instruments: ReadonlySet<InstrumentType>
  readonly declineLimits: DeclineLimits
  /** Requests that a caller may make within a minute; 0 for any number. */
  readonly callerPerMinute: number
  /** Callers and addresses are counted as digests. */
  readonly digest: KeyedDigest
  /** Whether callers are kept from learning why a bank declined. */
  readonly hasOpaqueDeclines: boolean
  /** Whether one checkout is charged once, whichever of its orders is paid. */
  readonly hasCheckoutFence: boolean
  readonly permitWaitMsMax: number
  readonly paymentTimeoutMs: number
}

export interface Paying {
  readonly payOrder: PayOrder
  readonly listPaymentMethods: ListPaymentMethods
  readonly listPayments: ListPayments
  readonly getPayment: GetPayment
  /** null where checkouts cannot be paid. */
  readonly checkouts: PayingCheckouts | null
  readonly receiveWebhook: ReceiveWebhook
  /** For the ends of payments. */
  readonly waiting: Waiting
  /** One round of reconciliation. */
  readonly reconcile: Reconcile
  /** Resolves once no payment is running. */
  idle(): Promise<void>
}

/** Everything about payments, put together as the service runs it and as the simulation tries it. Does no I/O of its own. */
export function createPaying(ports: PayingPorts, settings: PayingSettings): Paying {
  const { attempts, unsettled, holds, managementApi, now, log, measure } = ports
  const { storeHash, instruments } = settings

  // Beside the access token, so that the charge finds its connection there (decision 0040).
  const dialling: ManagementApi = {
    ...managementApi,
    createPaymentAccessToken(...asked) {
      ports.dialAhead?.()
      return managementApi.createPaymentAccessToken(...asked)
    },
  }
  const inFlight = createInFlight()
  const misses = createMisses({ ...ports, ...settings })
  const authorizeOrder = createAuthorizeOrder(managementApi, misses)
  const velocityGate = createVelocityGate({
    ...ports,
    limits: settings.declineLimits,
    digest: settings.digest,
  })
  const charging = createChargeAttempt({
    ...ports,
    attempts: measure.ends(attempts),
    inBackground: (work) => void inFlight.track(work)(),
    preparePayment: createPreparePayment({ ...ports, storeHash, managementApi: dialling }),
  })
  const payOrder = createPayOrder({
    ...ports,
    charging,
    velocityGate,
    authorizePayment: createAuthorizePayment({
      ...ports,
      ...settings,
      managementApi: dialling,
      authorizeOrder,
      misses,
    }),
    instruments,
  })
  const listPayments = createListPayments({ attempts, unsettled, authorizeOrder })
  const tellListed = settings.hasOpaqueDeclines ? withOpaqueAttempts(listPayments) : listPayments
  const checkouts = ports.checkouts
    ? createPayingCheckouts({
        ...ports,
        ...ports.checkouts,
        managementApi: dialling,
        misses,
        velocityGate,
        charging,
        instruments,
      })
    : null

  return {
    payOrder: tellPaid(payOrder),
    listPaymentMethods: createListPaymentMethods({ ...ports, authorizeOrder, misses, instruments }),
    listPayments: tellListed,
    getPayment: createGetPayment(tellListed),
    checkouts: checkouts && {
      ...checkouts,
      payCheckout: tellPaid(checkouts.payCheckout),
      listCheckoutPayments: settings.hasOpaqueDeclines
        ? withOpaqueAttempts(checkouts.listCheckoutPayments)
        : checkouts.listCheckoutPayments,
    },
    receiveWebhook: createReceiveWebhook({ ...ports, wakeMakings: ports.checkouts?.checkouts.wakeMakings }),
    waiting: createWaiting(ports),
    reconcile: createReconciliationRound({
      unsettled,
      holds,
      reconcileAttempt: measure.reconcileAttempt(createReconcileAttempt(ports)),
      findMadeOrders: checkouts?.findMadeOrders,
      stillFor: stillForOf(settings),
      now,
      log,
    }),
    idle: inFlight.idle,
  }

  /** Counted before the reasons are taken out. */
  function tellPaid<Command>(pay: Pay<Command>) {
    const counted = measure.payOrder(pay)
    return inFlight.track(settings.hasOpaqueDeclines ? withOpaqueAnswers(counted) : counted)
  }
}

/** Work that must end before the process may. */
export interface InFlight {
  /** The same function; each call counts until it ends, whether or not anyone still waits for it. */
  track<Args extends unknown[], Result>(
    work: (...args: Args) => Promise<Result>,
  ): (...args: Args) => Promise<Result>
  /** Resolves once no call is running. */
  idle(): Promise<void>
}

/**
 * A client that hangs up does not stop its charge, and a server that closes waits only for its connections. So the payments
 * themselves are counted, and shutting down waits for them.
 */
export function createInFlight(): InFlight {
  const running = new Set<Promise<unknown>>()
  return {
    track:
      (work) =>
      (...args) => {
        const result = work(...args)
        running.add(result)
        const forget = () => running.delete(result)
        result.then(forget, forget)
        return result
      },
    async idle() {
      while (running.size > 0) await Promise.allSettled(running)
    },
  }
}
