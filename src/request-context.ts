import type { Log } from './logging/log-entry.ts'

/** What a call to the management host is for. Paying goes before reading, and reading before reconciling. */
export const PURPOSES = ['paying', 'reading', 'reconciling'] as const
export type Purpose = (typeof PURPOSES)[number]

/** What services and clients must know of the request that they work for. */
export interface RequestContext {
  readonly requestId: string
  /** The UUID that BigCommerce sees as X-Correlation-Id on every call for this request. */
  readonly correlationId: string
  /** The shopper's address, if it is known. BigCommerce's fraud checks get it where that is configured. */
  readonly shopperAddress: string | null
  /** For whom: callers take turns at BigCommerce's quota. Never logged. */
  readonly caller: string
  /** Decides which calls go first when BigCommerce's quota is nearly used up. */
  readonly purpose: Purpose
  readonly log: Log
}
