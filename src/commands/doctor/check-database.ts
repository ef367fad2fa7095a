import { openDatabase, sqlitePath } from '../../stores/engine/database.ts'
import { isPostgresUrl } from '../../stores/engine/dialect.ts'
import { openSqliteToRead } from '../../stores/engine/sqlite.ts'
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

/** Whether the ledger can be reached and written to, whether its schema is this version's, and its clock ours. */
export async function checkDatabase({ databaseUrl, migrateOnStart }: DatabaseSettings): Promise<Finding[]> {
  const path = isPostgresUrl(databaseUrl) ? null : sqlitePath(databaseUrl)
  if (path === ':memory:') {
    return [
      failure(
        'The ledger is kept in memory.',
        'Set DATABASE_URL to a file or to Postgres: a restart forgets it.',
      ),
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
  const { missing, isAhead } = migrations
  if (isStandby) {
    return [
      failure('The server takes no writes (standby, or read-only).', 'Point DATABASE_URL at the primary.'),
    ]
  }
  if (isAhead) {
    return [
      failure(
        'A newer version of Tillgate has migrated this ledger.',
        'Start that version, or restore a backup made before the upgrade.',
      ),
    ]
  }
  if (missing.length > 0) {
    const says = `The ledger lacks ${missing.join(', ')}.`
    return [
      migrateOnStart
        ? warning(says, 'The next start applies them. Make a backup first.')
        : failure(says, 'Run `npm run migrate`; with MIGRATE_ON_START=false no start does.'),
    ]
  }
  if (mayWrite === false) {
    return [failure('This user may not write to the tables.', 'GRANT it INSERT and UPDATE on all of them.')]
  }
  return [ok('The ledger is reachable and has the schema of this version.')]
}

function clockFindings({ serverNowMs }: LedgerState, askedAtMs: number, answeredAtMs: number): Finding[] {
  if (serverNowMs === null) return []
  // It told the time somewhere between question and answer.
  const uncertaintyMs = (answeredAtMs - askedAtMs) / 2
  return [
    skewFinding('clock, against the database', (askedAtMs + answeredAtMs) / 2 - serverNowMs, uncertaintyMs),
  ]
}

function unusable(error: unknown): Finding {
  const name = nameOf(error)
  // The driver's own time limits have no code.
  const isLate = error instanceof Error && /timeout/i.test(error.message)
  return failure(
    `The database cannot be used (${isLate ? 'no answer in time' : name}).`,
    advice[name] ?? 'Look at DATABASE_URL, and whether the server runs.',
  )
}

/** The codes of Node and Postgres that have a cause of their own. */
const advice: Readonly<Record<string, string>> = {
  ENOTFOUND: 'The name in DATABASE_URL is not found: look for a typing error, then at the resolver.',
  EAI_AGAIN: 'The resolver of this machine or container does not answer.',
  ECONNREFUSED: 'Nobody listens there: look at port and host in DATABASE_URL, and whether the server runs.',
  '28P01': 'User or password in DATABASE_URL is wrong.',
  '28000': 'The server does not let this user in from here (pg_hba.conf, TLS).',
  '3D000': 'The server has no database of that name: create it.',
  '53300': 'The server has no connection left: raise max_connections or run fewer instances.',
  ERR_SQLITE_ERROR: 'The file is no SQLite database, is damaged, or may not be read by this user.',
}
