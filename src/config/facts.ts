import { isPostgresUrl } from '../domain/ledger-url.ts'
import type { LogFields } from '../logging/log-entry.ts'
import type { Config } from './config.ts'

/** What runs: the first thing to know of a log that someone sends. No secret, and no address that may hold one. */
export function factsOf({ bigcommerce, databaseUrl, instruments, events, ...limits }: Config): LogFields {
  const { paymentRate, paymentTimeoutMs, rateLimits, velocity } = limits
  return {
    store: bigcommerce.storeHash,
    ledger: isPostgresUrl(databaseUrl) ? 'postgres' : 'sqlite',
    instruments: [...instruments].join(),
    paymentsMax: paymentRate.limit,
    windowMs: paymentRate.windowMs,
    queueMaxWaitMs: paymentRate.queueMaxWaitMs,
    paymentTimeoutMs,
    addressPerMinute: rateLimits.addressPerMinute,
    callerPerMinute: rateLimits.callerPerMinute,
    orderAttempts: velocity.orderAttempts,
    callerDeclines: velocity.callerDeclines,
    addressDeclines: velocity.addressDeclines,
    hasEvents: events !== null,
  }
}

/**
 * Whether all callers seem to come from one address, so that the declines of some shut out the others. Plain HTTP has a proxy
 * in front that ends TLS; and only a proxy that is trusted can say whose request it passes on.
 */
export const mayShareOneAddress = ({ tls, trustProxy, velocity, rateLimits }: Config): boolean =>
  tls === null && trustProxy.length === 0 && (velocity.addressDeclines > 0 || rateLimits.addressPerMinute > 0)
