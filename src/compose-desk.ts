import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Kysely } from 'kysely'
import { createCallHeaders } from './clients/bigcommerce/exchange.ts'
import { createManagementApi } from './clients/bigcommerce/management-api.ts'
import { createManagementHttp, type ManagementHttp } from './clients/bigcommerce/management-call.ts'
import type { DeskConfig } from './config/load-desk.ts'
import { createRenewable } from './config/renewable.ts'
import { isPostgresUrl, sqlitePath } from './domain/ledger-url.ts'
import { Problem } from './domain/problem.ts'
import type { Sealed } from './domain/sealed.ts'
import type { Log } from './logging/log-entry.ts'
import { version } from './own-package.ts'
import { createDesk, type Desk } from './services/desk.ts'
import { stillForOf } from './services/reconciliation-loop.ts'
import { createResolvePayment, type ResolvePayment } from './services/resolve-payment.ts'
import type { DeskLedger } from './stores/desk-ledger.ts'
import { openDatabase } from './stores/engine/database.ts'
import { migrationState } from './stores/engine/migrations.ts'
import { openSqliteToRead } from './stores/engine/open-sqlite.ts'
import type { Tables } from './stores/engine/tables.ts'
import type { EventOutbox } from './stores/event-outbox.ts'
import { createLedger } from './stores/ledger.ts'

export interface OpenedDesk {
  readonly desk: Desk
  readonly hold: DeskLedger['hold']
  /** What was to be reported to EVENTS_URL and was not delivered yet. */
  readonly events: Pick<EventOutbox, 'list' | 'repeat' | 'repeatDead'>
  /** null where the desk was opened to read, or the store's token is not given. */
  readonly resolvePayment: ResolvePayment | null
  close(): Promise<void>
}

/** What a service says in its log, a command says to the person before it. */
const silent: Log = { info() {}, warn() {}, error() {}, child: () => silent }

/**
 * Opens the ledger for people, while the service runs or while it does not. This makes no serving instance: it recovers
 * nothing, migrates nothing, and does not make a ledger that is not there.
 *
 * @param wants `write` for a ledger that can be written to. To read, nothing is written anywhere, not even beside it.
 * @throws Problem `store_unavailable` where there is no ledger that this version can use.
 */
export async function openDesk(config: DeskConfig, wants: 'read' | 'write'): Promise<OpenedDesk> {
  const { databaseUrl, storeHash, paymentTimeoutMs, accessToken, hasEvents } = config
  const database = await openExisting(databaseUrl, wants === 'read')
  const { desk, attempts, unsettled, events } = createLedger({
    database,
    storeHash,
    now: Date.now,
    hasEvents,
    // Nothing is claimed here.
    velocityWindowMs: 0,
    orderFailuresMax: 0,
  })
  const http = wants === 'write' && accessToken ? managementHttpOf(config, accessToken) : null
  return {
    desk: createDesk({ reads: desk, now: Date.now }),
    hold: desk.hold,
    events,
    resolvePayment:
      http &&
      createResolvePayment({
        desk,
        attempts,
        unsettled,
        managementApi: createManagementApi(http),
        sendingMsMax: stillForOf({ paymentTimeoutMs, permitWaitMsMax: 0 }).sendingMs,
        now: Date.now,
        log: silent,
      }),
    async close() {
      await http?.close()
      await database.destroy()
    },
  }
}

const managementHttpOf = ({ apiUrl }: DeskConfig, accessToken: Sealed<string>): ManagementHttp =>
  createManagementHttp({
    url: apiUrl,
    accessToken: createRenewable(accessToken, null),
    callHeaders: createCallHeaders({ userAgent: `Tillgate/${version} (payments)`, trustedProxySecret: null }),
  })

async function openExisting(url: string, isToRead: boolean): Promise<Kysely<Tables>> {
  const path = isPostgresUrl(url) ? null : sqlitePath(url)
  if (path !== null && !existsSync(path)) throw unusable(`There is no ledger at ${resolve(path)}.`)
  const database = open(url, path, isToRead)
  try {
    const { missing, refusedBy } = await migrationState(database)
    if (refusedBy !== null)
      throw unusable(
        `A newer version has applied ${refusedBy} to this ledger: use the command of that version.`,
      )
    if (missing.length > 0)
      throw unusable(
        'The ledger does not have the schema of this version: start the service of this version, or run `npm run migrate`, first.',
      )
    return database
  } catch (error) {
    await database.destroy()
    throw error instanceof Problem ? error : unusable('The ledger cannot be read.', error)
  }
}

function open(url: string, path: string | null, isToRead: boolean): Kysely<Tables> {
  try {
    // A connection that breaks makes the statement fail that needed it.
    return path !== null && isToRead ? openSqliteToRead(path) : openDatabase(url, () => {})
  } catch (cause) {
    throw unusable('The ledger cannot be opened.', cause)
  }
}

const unusable = (detail: string, cause?: unknown) => new Problem('store_unavailable', { detail, cause })
