import { randomUUID } from 'node:crypto'
import { createCallHeaders } from '../../clients/bigcommerce/exchange.ts'
import { createManagementHttp } from '../../clients/bigcommerce/management-call.ts'
import { createFetchKeys } from '../../clients/identity/published-keys.ts'
import { createVerifyCallers } from '../../clients/identity/verify-callers.ts'
import type { Config } from '../../config/config.ts'
import { createRenewable } from '../../config/renewable.ts'
import type { Log } from '../../logging/log-entry.ts'
import { version } from '../../own-package.ts'
import { askStore } from './ask-store.ts'
import { checkCallerKeys } from './check-caller-keys.ts'
import { checkCallerToken } from './check-caller-token.ts'
import { checkStoreClock } from './check-clock.ts'
import { checkDatabase } from './check-database.ts'
import { checkEvents } from './check-events.ts'
import { checkHost } from './check-host.ts'
import { checkOrder } from './check-order.ts'
import { checkPort } from './check-ports.ts'
import { checkScopes } from './check-scopes.ts'
import { checkWebhooks } from './check-webhooks.ts'
import { type Finding, findingsOf } from './finding.ts'
import { nameOf, within } from './within.ts'

export interface ExamineOptions {
  /** An order whose payment methods are read; null for none. */
  readonly orderId: number | null
  /** Where clients reach the service, without a path; null when that was not given. */
  readonly publicUrl: string | null
  /** A caller token to explain; null for none. */
  readonly callerToken: string | null
}

/** Each part of a check has a shorter limit of its own; this one is the last resort. */
const checkTimeoutMs = 15_000

/** Checks a configuration against the real store, database and issuer. All checks run at once; findings come in order. Changes nothing. */
export async function* examine(config: Config, options: ExamineOptions): AsyncGenerator<Finding> {
  const { bigcommerce, auth, events, host, port, adminPort } = config
  const { url } = auth.key.kind === 'set' ? auth.key : { url: null }
  const checks = [
    bounded('management host', checkHost('management host', bigcommerce.apiUrl)),
    bounded('payments host', checkHost('payments host', bigcommerce.paymentsUrl)),
    bounded('store token', checkStore(config, options)),
    bounded('database', checkDatabase(config)),
    bounded('keys of caller tokens', checkCallerKeys(auth.key, url === null ? null : createFetchKeys(url))),
    ...(options.callerToken === null
      ? []
      : [
          bounded(
            'caller token',
            checkCallerToken(
              options.callerToken,
              createVerifyCallers(config, () => null),
            ),
          ),
        ]),
    ...(events === null ? [] : [bounded('events', checkEvents(events))]),
    bounded('PORT', checkPort('PORT', { host, port, isTls: config.tls !== null })),
    bounded('ADMIN_PORT', checkPort('ADMIN_PORT', { host, port: adminPort, isTls: false })),
  ]
  for (const check of checks) yield* await check
}

async function bounded(check: string, work: Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await within(checkTimeoutMs, work)
  } catch (error) {
    return [findingsOf(check).failure(`The check did not finish (${nameOf(error)}).`, 'Try again.')]
  }
}

async function checkStore(
  { bigcommerce, instruments, hasCheckoutPayments }: Config,
  options: ExamineOptions,
): Promise<Finding[]> {
  const { apiUrl, accessToken, storeHash, app } = bigcommerce
  const http = createManagementHttp({
    url: apiUrl,
    accessToken: createRenewable(accessToken, null),
    callHeaders: createCallHeaders({ userAgent: `Tillgate/${version} (doctor)`, trustedProxySecret: null }),
  })
  const id = randomUUID()
  const silent: Log = { info() {}, warn() {}, error() {}, child: () => silent }
  const context = {
    requestId: id,
    correlationId: id,
    shopperAddress: null,
    caller: 'doctor',
    purpose: 'reading' as const,
    log: silent,
  }
  try {
    const readings = await askStore(
      http,
      { orderId: options.orderId, paysCheckouts: hasCheckoutPayments },
      context,
    )
    return [
      ...checkScopes(readings, storeHash),
      ...checkStoreClock(readings),
      ...(options.orderId === null ? [] : checkOrder(options.orderId, readings, instruments)),
      ...checkWebhooks(readings.hooks, { clientId: app?.clientId ?? null, publicUrl: options.publicUrl }),
    ]
  } finally {
    await http.close()
  }
}
