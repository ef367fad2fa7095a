import { Env, SECRETS } from './variables.ts'

export interface UnknownVariable {
  /** As it was set. */
  readonly variable: string
  /** The known variable that it looks like, or stands for. */
  readonly name: string
}

const known = [...Object.keys(Env.shape), ...SECRETS.map((name) => `${name}_FILE`)]
const knownSet = new Set(known)

/** How other programs name what is meant; nothing else tells that these are of no use here. */
const aliases: Readonly<Record<string, string>> = {
  TRUST_PROXIES: 'TRUST_PROXY',
  TRUSTED_PROXIES: 'TRUST_PROXY',
  TLS_CERT: 'TLS_CERT_FILE',
  TLS_KEY: 'TLS_KEY_FILE',
  TLS_CLIENT_CA: 'TLS_CLIENT_CA_FILE',
  CORS_ORIGIN: 'CORS_ORIGINS',
  CORS_ALLOWED_ORIGIN: 'CORS_ORIGINS',
  CORS_ALLOWED_ORIGINS: 'CORS_ORIGINS',
  JWKS_URL: 'AUTH_JWKS_URL',
  AUTH_PUBLIC_KEY: 'AUTH_PUBLIC_KEY_FILE',
  STORE_HASH: 'BIGCOMMERCE_STORE_HASH',
  BC_STORE_HASH: 'BIGCOMMERCE_STORE_HASH',
  BIGCOMMERCE_TOKEN: 'BIGCOMMERCE_ACCESS_TOKEN',
  BC_ACCESS_TOKEN: 'BIGCOMMERCE_ACCESS_TOKEN',
}

/** The known variable that an unknown one stands for, word for word; only secrets come from files. */
function meantBy(variable: string): string | null {
  const alias = Object.hasOwn(aliases, variable) ? aliases[variable] : undefined
  const withoutFile = variable.replace(/_FILE$/, '')
  return alias ?? (withoutFile !== variable && knownSet.has(withoutFile) ? withoutFile : null)
}

/** One typing mistake, or two. More makes another word. */
const editsMax = 2
/** Short names resemble each other by chance: `POST` is one edit from `PORT`. */
const lengthMin = 8

/**
 * Unknown variables that look like known ones, or are other programs' names for them. A limit that was set under such a name is not in force, and nothing else
 * would say so. The variable may belong to another program, so it gets a warning and no more.
 */
export const unknownVariables = (names: readonly string[]): UnknownVariable[] =>
  names
    .filter((variable) => !knownSet.has(variable))
    .flatMap((variable) => {
      const name = meantBy(variable) ?? (variable.length >= lengthMin ? nearestTo(variable, known) : null)
      return name === null ? [] : [{ variable, name }]
    })

/** The first of the known names that the variable looks like, if any. */
export const nearestTo = (variable: string, names: readonly string[]): string | null =>
  names.find((each) => each.length >= lengthMin && isNear(variable.toUpperCase(), each)) ?? null

/** Whether at most `editsMax` letters must be put in, taken out or replaced to make one of the other (Levenshtein). */
function isNear(one: string, other: string): boolean {
  if (Math.abs(one.length - other.length) > editsMax) return false
  // An edit changes at most two of the letters that a word has at all. A start compares thousands of pairs, and this ends most.
  if (bitsIn(lettersOf(one) ^ lettersOf(other)) > 2 * editsMax) return false
  let above = Array.from({ length: other.length + 1 }, (_, column) => column)
  for (let row = 0; row < one.length; row++) {
    const line = [row + 1]
    let least = row + 1
    for (let column = 0; column < other.length; column++) {
      const replaced = (above[column] ?? 0) + (one[row] === other[column] ? 0 : 1)
      const edits = Math.min(replaced, (above[column + 1] ?? 0) + 1, (line[column] ?? 0) + 1)
      line.push(edits)
      if (edits < least) least = edits
    }
    // It never becomes less again, and nearly all pairs of words differ by then.
    if (least > editsMax) return false
    above = line
  }
  return (above.at(-1) ?? 0) <= editsMax
}

/** A bit for each letter that the word has; digits and the underscore share some. */
function lettersOf(word: string): number {
  let letters = 0
  for (let index = 0; index < word.length; index++) letters |= 1 << (word.charCodeAt(index) & 31)
  return letters
}

function bitsIn(number: number): number {
  let count = 0
  for (let rest = number; rest !== 0; rest &= rest - 1) count++
  return count
}
