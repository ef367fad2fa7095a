import { Problem } from '../../../src/domain/problem.ts'
import type { Checkouts } from '../../../src/stores/checkouts.ts'
import type { PaymentAttempts } from '../../../src/stores/payment-attempts.ts'
import type { Run } from '../engine/run.ts'
import type { LedgerCalls, UnsettledPorts } from '../ledger/ledger-calls.ts'
import type { Ports } from './ports.ts'

export type LedgerPorts = PaymentAttempts & UnsettledPorts & Checkouts

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

  const names = Object.keys(calls) as (keyof LedgerCalls)[]
  return Object.fromEntries(
    names.map((name) => {
      const call = calls[name] as (nowMs: number, ...given: unknown[]) => unknown
      const asked = (...given: unknown[]) =>
        through(`${name} ${given.map(told).join(' ')}`, () => call(now(), ...given))
      return [name, asked]
    }),
  ) as unknown as LedgerPorts
}

/** What was asked or answered, in a few words. */
function told(result: unknown): string {
  if (typeof result === 'function') return ''
  if (typeof result !== 'object' || result === null) return String(result)
  if (Array.isArray(result)) return `[${result.map(told).join(' ')}]`
  const { kind, status, id, idempotencyKey, attempt, released, unknown } = result as Record<string, unknown>
  if (Array.isArray(released) && Array.isArray(unknown))
    return `released ${released.length}, unknown ${unknown.length}`
  return [kind, id, idempotencyKey, status, attempt === undefined ? undefined : told(attempt)]
    .filter(Boolean)
    .join(' ')
}
