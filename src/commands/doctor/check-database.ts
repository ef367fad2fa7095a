import { isPostgresUrl, sqlitePath } from '../../domain/ledger-url.ts'
import { openDatabase } from '../../stores/engine/database.ts'
import { openSqliteToRead } from '../../stores/engine/open-sqlite.ts'
import { inspectLedger, type LedgerState } from '../../stores/tools/inspect-ledger.ts'
import { skewFinding } from './check-clock.ts'
import { newFileFinding, placeFindings } from './check-sqlite-place.ts'
import { type Finding, findingsOf } from './finding.ts'
import { nameOf } from './within.ts'

export interface DatabaseSettings {
  readonly databaseUrl: string
  readonly migrateOnStart: boolean
}

const { ok, warning, failure } = findingsOf('database')

/** Whether the ledger can be reached and written, has this version's schema, and has our clock. */
export async function checkDatabase({ databaseUrl, migrateOnStart }: DatabaseSettings): Promise<Finding[]> {
  const path = isPostgresUrl(databaseUrl) ? null : sqlitePath(databaseUrl)
  if (path === ':memory:') {
    return [
      failure('The ledger is in memory: a restart loses it.', 'Set DATABASE_URL to a file or to Postgres.'),
    ]
  }
  const fresh = path === null ? null : newFileFinding(path, migrateOnStart)
  if (fresh) return [fresh]
  let database: ReturnType<typeof openDatabase> | undefined
  try {
    database = path === null ? openDatabase(databaseUrl, () => {}) : openSqliteToRead(path)
    const askedAtMs = Date.now()
    const state = await inspectLedger(database)
    const answeredAtMs = Date.now()
    return [
      ...(path === null ? [] : placeFindings(path)),
      ...stateFindings(state, migrateOnStart),
      ...clockFindings(state, askedAtMs, answeredAtMs),
    ]
  } catch (error) {
    return [unusable(error)]
  } finally {
    await database?.destroy().catch(() => {})
  }
}

function stateFindings({ migrations, isStandby, mayWrite }: LedgerState, migrateOnStart: boolean): Finding[] {
  const { missing, newer, refusedBy } = migrations
  if (isStandby) {
    return [failure('The server is a standby or read-only.', 'Point DATABASE_URL at the primary.')]
  }
  if (refusedBy !== null) {
    return [
      failure(
        `A newer version of Tillgate has applied ${refusedBy}, and this version may not run on it.`,
        'Run that version, or restore a backup from before the upgrade.',
      ),
    ]
  }
  if (missing.length > 0) {
    const says = `These migrations are missing: ${missing.join(', ')}.`
    return [
      migrateOnStart
        ? warning(says, 'Make a backup. The next start applies them.')
        : failure(says, 'Run `npm run migrate`: MIGRATE_ON_START=false keeps the service from doing it.'),
    ]
  }
  if (mayWrite === false) {
    return [failure('This user may not write to the tables.', 'GRANT it INSERT and UPDATE on all tables.')]
  }
  return [
    ok(
      newer.length > 0
        ? `The ledger is reachable. A newer version has applied ${newer.join(', ')}, and this version may run on it.`
        : 'The ledger is reachable and has the schema of this version.',
    ),
  ]
}

function clockFindings({ serverNowMs }: LedgerState, askedAtMs: number, answeredAtMs: number): Finding[] {
  if (serverNowMs === null) return []
  // The server read its clock at some moment between question and answer.
  const uncertaintyMs = (answeredAtMs - askedAtMs) / 2
  return [
    skewFinding('clock, against the database', (askedAtMs + answeredAtMs) / 2 - serverNowMs, uncertaintyMs),
  ]
}

function unusable(error: unknown): Finding {
  const name = nameOf(error)
  // When the driver itself gives up waiting, its error has no code.
  const isLate = error instanceof Error && /timeout/i.test(error.message)
  return failure(
    `The database cannot be used (${isLate ? 'no answer in time' : name}).`,
    advice[name] ?? 'Check DATABASE_URL, and that the server runs.',
  )
}

/** Advice for the codes of Node and Postgres whose cause is known. */
const advice: Readonly<Record<string, string>> = {
  ENOTFOUND: 'The host name in DATABASE_URL is not found. Check its spelling, then the DNS resolver.',
  EAI_AGAIN: 'The DNS resolver of this machine or container does not answer.',
  ECONNREFUSED: 'No server listens there. Check host and port in DATABASE_URL, and that the server runs.',
  '28P01': 'User or password in DATABASE_URL is wrong.',
  '28000': 'The server refuses this user from this address (pg_hba.conf, TLS).',
  '3D000': 'The server has no database of that name: create it.',
  '53300': 'The server has no free connection. Raise max_connections or run fewer instances.',
  ERR_SQLITE_ERROR: 'The file is not a SQLite database, is damaged, or this user may not read it.',
}
