import { statSync } from 'node:fs'

const others = 0o007
const group = 0o070
const groupWrite = 0o020

/**
 * The mode of a secret file that more can open than need to, e.g. `0644`; null where it is tight. Orchestrators hand
 * secrets over as files of root's that the group of the process may read (0440): only so can it read them at all, and
 * that is tight. In a file of its own the group needs no right.
 */
export function looseMode(path: string): string | null {
  const { mode, uid } = statSync(path)
  const isOwn = uid === process.getuid?.()
  const isLoose = (mode & others) !== 0 || (mode & groupWrite) !== 0 || (isOwn && (mode & group) !== 0)
  return isLoose ? `0${(mode & 0o777).toString(8).padStart(3, '0')}` : null
}
