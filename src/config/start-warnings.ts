import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { isPostgresUrl, sqlitePath } from '../domain/ledger-url.ts'
import { mayBePrivateHost } from '../domain/private-address.ts'
import type { Log } from '../logging/log-entry.ts'
import type { Config } from './config.ts'
import { mayShareOneAddress } from './facts.ts'

/** Says what is allowed, and more often a mistake than meant. */
export function warnAtStart(config: Config, log: Pick<Log, 'warn'>): void {
  const { apiUrl, paymentsUrl } = config.bigcommerce
  if (mayShareOneAddress(config)) log.warn({}, 'every caller may share one address')
  if (isElsewhere(apiUrl))
    log.warn({ variable: 'BIGCOMMERCE_API_URL' }, 'store token goes to a host that is not of BigCommerce')
  if (isElsewhere(paymentsUrl))
    log.warn({ variable: 'BIGCOMMERCE_PAYMENTS_URL' }, 'cards go to a host that is not of BigCommerce')
  const err = whyNotWritable(config)
  if (err !== null) log.warn({ variable: 'LEDGER_MARK_DIR', err }, 'ledger mark cannot be written')
}

/** Whether a host is neither BigCommerce's nor of this machine or a private network, where proxies and tests are. */
function isElsewhere(url: string): boolean {
  const { hostname } = new URL(url)
  return !/(^|\.)bigcommerce\.com\.?$/.test(hostname) && !mayBePrivateHost(hostname)
}

/** Why the folder for the ledger's mark can neither be written nor made; null where it can, or none is used. Makes nothing. */
function whyNotWritable({ databaseUrl, markFolder }: Config): unknown {
  if (isPostgresUrl(databaseUrl) || sqlitePath(databaseUrl) === ':memory:') return null
  let folder = resolve(markFolder)
  try {
    // Node's permission model throws where it lets nothing be read.
    while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder)
    if (!statSync(folder).isDirectory()) return new Error('it is no folder')
    accessSync(folder, constants.W_OK | constants.X_OK)
    return null
  } catch (error) {
    return error
  }
}
