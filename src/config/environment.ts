import { readFileSync } from 'node:fs'
import { looseMode } from './file-mode.ts'
import { SECRETS } from './variables.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export interface GivenVariables {
  readonly given: Record<string, string>
  /** A sentence for each variable that could not be read. */
  readonly wrong: string[]
  /** The files of secrets that more can open than need to. */
  readonly looseFiles: LooseFile[]
}

export interface LooseFile {
  readonly variable: string
  /** The file's mode, e.g. `0644`. */
  readonly mode: string
}

/**
 * The variables that are set, those of secrets from the files that NAME_FILE names. Empty means unset: compose
 * files produce empties for everything they do not know.
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
  // A file by nature, with no variable that would hold it: whether it can be read is checked with its certificate.
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
