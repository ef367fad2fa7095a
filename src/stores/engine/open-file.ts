import { realpathSync, statSync } from 'node:fs'

/** A file by its place on the disk; null where there is none. Symbolic links are followed. */
function placeOf(path: string): string | null {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false })
  return found ? `${found.dev} ${found.ino}` : null
}

/**
 * Remembers which files SQLite has open at a path: the ledger, its journal and its locks. If one of them is deleted, moved or
 * replaced, this process goes on with a file that no other process can find, and another one starts with an empty ledger at the
 * same path. As long as the file is open, its place on the disk is not given to another one.
 *
 * Only names are looked at. To open a file here and close it again would end all locks that SQLite has on it.
 *
 * @returns what throws when the files at the path are not those that are open any more.
 */
export function watchOpenFile(path: string): () => void {
  const real = realpathSync(path)
  const opened = [path, `${real}-wal`, `${real}-shm`].map((name) => ({ name, place: placeOf(name) }))
  return () => {
    for (const { name, place } of opened) {
      if (placeOf(name) === place) continue
      throw new Error(`The ledger's file ${name} was moved, deleted or replaced while it was open`)
    }
  }
}
