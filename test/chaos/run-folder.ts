import { chmodSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ChaosDatabase } from './chaos-database.ts'
import { pooledPostgresDatabase, postgresDatabase, replicatedPostgresDatabase } from './postgres-database.ts'
import { sqliteDatabase, sqliteDatabaseOnSmallDisk } from './sqlite-database.ts'

/** A new folder for one part of a run: its database and its logs. It is kept. */
export function newRunFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tillgate-chaos-'))
  // Postgres may run as another user.
  chmodSync(folder, 0o755)
  return folder
}

export const openChaosDatabase = async (
  kind: ChaosDatabase['kind'],
  folder: string,
): Promise<ChaosDatabase> => (kind === 'postgres' ? postgresDatabase(folder) : sqliteDatabase(folder))

/** What stands behind the service in a storm: a database alone, behind a pooler, with a standby, or on a small disk. */
export type Backing = 'alone' | 'pooler' | 'standby' | 'small disk'

/** @returns null where this machine cannot have it, after saying why. */
export async function openBacking(
  kind: ChaosDatabase['kind'],
  backing: Backing,
  { folder, say }: { readonly folder: string; readonly say: (line: string) => void },
): Promise<ChaosDatabase | null> {
  switch (backing) {
    case 'alone':
      return openChaosDatabase(kind, folder)
    case 'standby':
      return replicatedPostgresDatabase(folder)
    case 'pooler': {
      const database = await pooledPostgresDatabase(folder)
      if (!database) say('SKIPPED: no pgbouncer on this machine, so nothing is run behind a pooler.')
      return database
    }
    case 'small disk': {
      const database = sqliteDatabaseOnSmallDisk(folder)
      if (!database) say('SKIPPED: no disk may be mounted here (only root may), so none is filled up.')
      return database
    }
    default:
      return backing satisfies never
  }
}
