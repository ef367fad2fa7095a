import { chmodSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ChaosDatabase } from './chaos-database.ts'
import { postgresDatabase } from './postgres-database.ts'
import { sqliteDatabase } from './sqlite-database.ts'

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
