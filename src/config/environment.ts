import { readFileSync, statSync } from 'node:fs'
import { SECRETS } from './variables.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export interface GivenVariables {
  readonly given: Record<string, string>
  /** A sentence for each variable that could not be read. */
  readonly wrong: string[]
  /** The files of secrets that other users can open. */
  readonly looseFiles: LooseFile[]
}

export interface LooseFile {
  readonly variable: string
  /** The file's mode, e.g. `0644`. */
  readonly mode: string
}

/**
 * The variables that are set. Secrets may come from the files that NAME_FILE names. Empty means unset, since compose files
 * turn every variable that they do not know into an empty one.
 */
export function readEnvironment(environment: Environment): GivenVariables {
  const given = Object.fromEntries(
    Object.entries(environment).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '',
    ),
  )
  const wrong: string[] = []
  const looseFiles: LooseFile[] = []
  const noteMode = (variable: string, path: string) => {
    const mode = looseMode(path)
    if (mode !== null) looseFiles.push({ variable, mode })
  }
  for (const name of SECRETS) {
    const path = given[`${name}_FILE`]
    if (path === undefined) continue
    if (given[name] !== undefined) wrong.push(`${name} and ${name}_FILE must not both be set.`)
    const content = readText(path)
    if (content === null) wrong.push(`${name}_FILE must name a readable file.`)
    else {
      given[name] = content
      noteMode(`${name}_FILE`, path)
    }
  }
  // Always a file, never a variable. Whether it can be read is checked with its certificate (tls.ts).
  const { TLS_KEY_FILE } = given
  if (TLS_KEY_FILE !== undefined && readText(TLS_KEY_FILE) !== null) noteMode('TLS_KEY_FILE', TLS_KEY_FILE)
  return { given, wrong, looseFiles }
}

/** A file's text without the newline that editors and `echo` leave at the end; null when it cannot be read. */
export function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '')
  } catch {
    return null
  }
}

const others = 0o007
const group = 0o070
const groupWrite = 0o020

/**
 * The mode of a secret file that other users can open, e.g. `0644`; null where it is tight. Orchestrators mount secrets
 * as root's files that the group of the process may read (0440): that is tight, since the process could not read them
 * otherwise. In a file of the process's own user the group needs no right.
 */
function looseMode(path: string): string | null {
  const { mode, uid } = statSync(path)
  const isOwn = uid === process.getuid?.()
  const isLoose = (mode & others) !== 0 || (mode & groupWrite) !== 0 || (isOwn && (mode & group) !== 0)
  return isLoose ? `0${(mode & 0o777).toString(8).padStart(3, '0')}` : null
}
