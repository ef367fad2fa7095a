import type { Log } from './logging/log-entry.ts'

/** What a call on the management host is for. Paying goes before reading, reading before reconciling. */
export const PURPOSES = ['paying', 'reading', 'reconciling'] as const
export type Purpose = (typeof PURPOSES)[number]

/** What a request carries along into the services. */
export interface RequestContext {
  readonly requestId: string
  /** The UUID that BigCommerce sees as X-Correlation-Id on each call of this one operation. */
  readonly correlationId: string
  /** The shopper's address as far as it is known, passed on to BigCommerce's fraud checks where configured. */
  readonly shopperAddress: string | null
  /** Decides who goes first when BigCommerce's quota of management calls is nearly used up. */
  readonly purpose: Purpose
  readonly log: Log
}
