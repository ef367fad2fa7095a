import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A path for a database of its own, in a folder that is removed with everything in it. */
export function sqliteFile(): { readonly path: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'tillgate-'))
  return {
    path: join(folder, 'data/ledger.db'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
