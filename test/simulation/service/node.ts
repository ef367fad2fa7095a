import type { PermitStore } from '../../../src/allowance/permit-store.ts'
import { createAuthorizeOrder } from '../../../src/services/authorize-order.ts'
import { createAuthorizePayment } from '../../../src/services/authorize-payment.ts'
import { createListPayments } from '../../../src/services/list-payments.ts'
import { createPayOrder } from '../../../src/services/pay-order.ts'
import { createPreparePayment } from '../../../src/services/prepare-payment.ts'
import { createReceiveWebhook } from '../../../src/services/receive-webhook.ts'
import { createReconcileAttempt } from '../../../src/services/reconcile-attempt.ts'
import type { Run } from '../engine/run.ts'
import type { LedgerCalls } from '../ledger/ledger-calls.ts'
import { STORE_HASH } from '../upstream/access-tokens.ts'
import type { BigCommerce } from '../upstream/big-commerce.ts'
import { type ChargeWatch, createChargePort } from './charge-port.ts'
import { createLedgerPorts } from './ledger-ports.ts'
import { createManagementPorts } from './management-ports.ts'
import { createNodeLife } from './node-life.ts'
import { createNodePermits } from './node-permits.ts'
import { createPermitPorts } from './permit-ports.ts'
import { createPorts, type NodeLife } from './ports.ts'
import { createRound } from './round.ts'
import type { Sabotage } from './sabotage.ts'

/** One instance of the service: the code under test, put together as the composition root does. */
export interface ServiceNode {
  readonly life: NodeLife
  /** This machine's clock. */
  now(): number
  readonly payOrder: ReturnType<typeof createPayOrder>
  readonly listPayments: ReturnType<typeof createListPayments>
  readonly receiveWebhook: ReturnType<typeof createReceiveWebhook>
  /** What the reconciliation loop does each time. */
  readonly round: () => Promise<void>
}

export interface NodeOptions {
  readonly run: Run
  readonly name: string
  readonly calls: LedgerCalls
  readonly bigCommerce: BigCommerce
  readonly storeOf: (instance: string) => PermitStore
  readonly onArrival: () => void
  readonly onTurnedAway: (requestId: string) => void
  readonly watch: ChargeWatch
  readonly isStoreDown: () => boolean
  readonly onWrite: () => void
  readonly onCrash: (life: NodeLife) => void
  readonly newId: () => string
  readonly sabotage: Sabotage
}

const instruments = new Set([
  'card',
  'stored_card',
  'stored_bank_account',
  'gift_certificate',
  'store_credit',
] as const)

export function createNode(options: NodeOptions): ServiceNode {
  const { run, name, calls, bigCommerce, watch, sabotage } = options
  const skewMs = Math.floor((2 * run.random.next() - 1) * run.scenario.clockSkewMsMax)
  const now = () => run.scheduler.now() + skewMs
  const life = createNodeLife(run, name, (dead) => {
    permits.restart()
    options.onCrash(dead)
  })
  const ports = createPorts(run, life)
  const permits = createNodePermits(
    run,
    life,
    createPermitPorts(run, ports, options.storeOf(name), options.isStoreDown),
  )
  const plain = {
    ledger: createLedgerPorts({
      run,
      ports,
      calls,
      now,
      isDown: options.isStoreDown,
      onWrite: options.onWrite,
    }),
    managementApi: createManagementPorts(run, ports, bigCommerce),
    paymentsApi: createChargePort({
      run,
      ports,
      bigCommerce,
      watch,
      onArrival: options.onArrival,
      onTurnedAway: options.onTurnedAway,
    }),
  }
  const { ledger, managementApi, paymentsApi } = sabotage.parts?.(plain) ?? plain
  const authorizeOrder = createAuthorizeOrder(managementApi)
  const reconcileAttempt = createReconcileAttempt({
    managementApi: sabotage.reads?.(managementApi) ?? managementApi,
    attempts: ledger,
    unsettled: ledger,
    now,
    log,
  })

  return {
    life,
    now,
    payOrder: createPayOrder({
      attempts: ledger,
      velocityGate: { reserve: async () => {}, release: async () => {} },
      authorizePayment: createAuthorizePayment({
        authorizeOrder,
        managementApi,
        isAtEase: () => true,
      }),
      preparePayment: createPreparePayment({ managementApi, attempts: ledger, storeHash: STORE_HASH }),
      permits,
      paymentsApi,
      newId: options.newId,
      instruments,
    }),
    listPayments: createListPayments({ attempts: ledger, unsettled: ledger, authorizeOrder }),
    receiveWebhook: createReceiveWebhook({
      verifyWebhook: (body) => ({ id: body, orderId: Number(body.split(' ')[0]) }),
      unsettled: ledger,
    }),
    round: createRound(run, ledger, sabotage.reconcile?.(reconcileAttempt) ?? reconcileAttempt),
  }
}

const silent = () => {}
const log = { info: silent, warn: silent, error: silent }
