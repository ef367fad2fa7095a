/** The part of a logger that services use: an event's fields first, then its name. */
export interface Log {
  info(fields: object, event: string): void
  warn(fields: object, event: string): void
  error(fields: object, event: string): void
}

/** What a request carries along into the services. */
export interface RequestContext {
  readonly requestId: string
  /** The UUID that BigCommerce sees as X-Correlation-Id on each call of this one operation. */
  readonly correlationId: string
  /** The shopper's address as far as it is known, passed on to BigCommerce's fraud checks where configured. */
  readonly shopperAddress: string | null
  readonly log: Log
}
