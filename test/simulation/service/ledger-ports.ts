import { Problem } from '../../../src/domain/problem.ts'
import type { PaymentAttempts } from '../../../src/stores/payment-attempts.ts'
import type { UnsettledAttempts } from '../../../src/stores/unsettled-attempts.ts'
import type { Run } from '../engine/run.ts'
import type { LedgerCalls } from '../ledger/ledger-calls.ts'
import type { Ports } from './ports.ts'

export type LedgerPorts = PaymentAttempts & UnsettledAttempts

export interface LedgerPortsOptions {
  readonly run: Run
  readonly ports: Ports
  readonly calls: LedgerCalls
  readonly now: () => number
  readonly isDown: () => boolean
  /** Called when something in the ledger may have changed. */
  readonly onWrite: () => void
}

/** A node's way to the ledger: each call may fail before it is done, or after it has been. */
export function createLedgerPorts(options: LedgerPortsOptions): LedgerPorts {
  const { run, ports, calls, now, isDown, onWrite } = options

  const through = <T>(what: string, work: () => T): Promise<T> =>
    ports.call(what, () => {
      if (isDown() || run.strikes('store_failed_before')) throw failed(what, 'before')
      const result = work()
      onWrite()
      run.trace?.('ledger', `${what} → ${told(result)}`)
      if (run.strikes('store_failed_after_commit')) throw failed(what, 'after')
      return result
    })

  function failed(what: string, when: string): Problem {
    run.trace?.('ledger', `${what} fails ${when} it is done`)
    return new Problem('store_unavailable')
  }

  return {
    findByKey: (scope) => through('findByKey', () => calls.findByKey(now(), scope)),
    findFence: (orderId) => through('findFence', () => calls.findFence(now(), orderId)),
    findByOrder: (orderId) => through('findByOrder', () => calls.findByOrder(now(), orderId)),
    claim: (scope, fingerprint, attempt) =>
      through(`claim ${attempt.id} with ${scope.idempotencyKey}`, () =>
        calls.claim(now(), scope, fingerprint, attempt),
      ),
    markSending: (id, due, expiresAtMs) =>
      through(`markSending ${id}`, () => calls.markSending(now(), id, due, expiresAtMs)),
    takeBack: (id) => through(`takeBack ${id}`, () => calls.takeBack(now(), id)),
    settle: (id, settlement, finalAnswer) =>
      through(`settle ${id} ${settlement.status}`, () => calls.settle(now(), id, settlement, finalAnswer)),
    lease: (limit) => through('lease', () => calls.lease(now(), limit)),
    postpone: (id, nextLookAtMs, quiet) =>
      through(`postpone ${id} quiet ${quiet?.looks ?? 0}`, () =>
        calls.postpone(now(), id, nextLookAtMs, quiet),
      ),
    putOff: (id, nextLookAtMs) => through(`putOff ${id}`, () => calls.putOff(now(), id, nextLookAtMs)),
    wake: (orderId) => through(`wake ${orderId}`, () => calls.wake(now(), orderId)),
    priorOutcomes: (attempt) => through('priorOutcomes', () => calls.priorOutcomes(now(), attempt)),
    recoverAbandoned: (stillFor) =>
      through('recoverAbandoned', () => calls.recoverAbandoned(now(), stillFor)),
    deleteKeysBefore: (beforeMs) =>
      through('deleteKeysBefore', () => calls.deleteKeysBefore(now(), beforeMs)),
  }
}

/** A result in a few words. */
function told(result: unknown): string {
  if (typeof result !== 'object' || result === null) return String(result)
  if (Array.isArray(result)) return `[${result.map(told).join(' ')}]`
  const { kind, status, id, attempt, released, unknown } = result as Record<string, unknown>
  if (released !== undefined) return `released ${released}, unknown ${unknown}`
  return [kind, id, status, attempt === undefined ? undefined : told(attempt)].filter(Boolean).join(' ')
}
