import type { PermitStore } from '../../../src/allowance/permit-store.ts'
import { createPaying, type Paying } from '../../../src/services/paying.ts'
import { silentLog } from '../../support/logs.ts'
import { START_MS } from '../engine/create-run.ts'
import type { Run } from '../engine/run.ts'
import { createSteppedClock } from '../engine/stepped-clock.ts'
import type { LedgerCalls } from '../ledger/ledger-calls.ts'
import { STORE_HASH } from '../upstream/access-tokens.ts'
import type { BigCommerce } from '../upstream/big-commerce.ts'
import { PAYMENT_TIMEOUT_MS } from './charge-network.ts'
import { type ChargeWatch, createChargePort } from './charge-port.ts'
import { createCheckoutPorts, type MakingWatch } from './checkout-ports.ts'
import { createLedgerPorts } from './ledger-ports.ts'
import { createManagementPorts } from './management-ports.ts'
import { createNodeLife } from './node-life.ts'
import { createNodePermits } from './node-permits.ts'
import { createPermitPorts } from './permit-ports.ts'
import { createPorts, type NodeLife } from './ports.ts'
import type { Sabotage } from './sabotage.ts'

/** The longest that any scenario lets a payment wait for its permit. */
export const PERMIT_WAIT_MS_MAX = 20_000

/** One instance of the service: the code under test. */
export interface ServiceNode {
  /** What it is in its present life: with a crash all memory is lost. */
  paying(): Paying
  readonly life: NodeLife
  /** This machine's clock. */
  now(): number
}

export interface NodeOptions {
  readonly run: Run
  readonly name: string
  /** Among the instances, from 0. */
  readonly index: number
  readonly calls: LedgerCalls
  readonly bigCommerce: BigCommerce
  readonly storeOf: (instance: string) => PermitStore
  readonly onArrival: () => void
  readonly onTurnedAway: (requestId: string) => void
  readonly watch: ChargeWatch
  readonly makings: MakingWatch
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
  const stepped = createSteppedClock(
    run.scheduler.now,
    START_MS,
    run.scenario.hazards.nodeClocks.filter(({ node }) => node === options.index),
  )
  const now = () => stepped() + skewMs
  const life = createNodeLife(run, name, (dead) => {
    permits.restart()
    paying = assemble()
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
    managementApi: createManagementPorts(run, ports, bigCommerce, sabotage.readPages),
    checkoutsApi: createCheckoutPorts(run, ports, bigCommerce, options.makings),
    paymentsApi: createChargePort({
      run,
      ports,
      bigCommerce,
      watch,
      onArrival: options.onArrival,
      onTurnedAway: options.onTurnedAway,
    }),
  }
  const { ledger, managementApi, paymentsApi, checkoutsApi } = sabotage.parts?.(plain, now) ?? plain
  const assemble = () =>
    createPaying(
      {
        attempts: ledger,
        unsettled: ledger,
        holds: noHolds,
        managementApi,
        paymentsApi,
        checkouts: { checkouts: ledger, checkoutsApi },
        permits,
        isAtEase: () => true,
        verifyWebhook: (body) => {
          const [orderId, , checkoutId] = body.split(' ')
          return { id: body, orderId: Number(orderId), ...(checkoutId ? { checkoutId } : {}) }
        },
        now,
        elapsed: run.scheduler.now,
        pause: ports.pause,
        newId: options.newId,
        log: silentLog,
        measure: {
          payOrder: (payOrder) => payOrder,
          ends: (attempts) => attempts,
          reconcileAttempt: (reconcileAttempt) => (attempt) => {
            run.counts.looks += 1
            return reconcileAttempt(attempt)
          },
        },
      },
      {
        storeHash: STORE_HASH,
        instruments,
        declineLimits: { callerDeclines: 0, addressDeclines: 0 },
        callerPerMinute: 0,
        digest: (text) => text,
        hasOpaqueDeclines: false,
        hasCheckoutFence: true,
        permitWaitMsMax: PERMIT_WAIT_MS_MAX,
        paymentTimeoutMs: PAYMENT_TIMEOUT_MS,
      },
    )
  let paying = assemble()
  return { paying: () => paying, life, now }
}

/** The limits against card testing are off: the simulation has no place for them. */
const noHolds = {
  reserve: async () => ({ kind: 'reserved' as const }),
  release: async () => {},
  deleteExpired: async () => 0,
}
