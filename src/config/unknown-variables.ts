import { Env, SECRETS } from './variables.ts'

export interface UnknownVariable {
  /** As it was set. */
  readonly variable: string
  /** The known variable that it looks like. */
  readonly name: string
}

const known = [...Object.keys(Env.shape), ...SECRETS.map((name) => `${name}_FILE`)]
const knownSet = new Set(known)

/** One typing mistake, or two. More makes another word. */
const editsMax = 2
/** Short names resemble each other by chance: `POST` is one edit from `PORT`. */
const lengthMin = 8

/**
 * Unknown variables that look like known ones. A limit that was set under such a name is not in force, and nothing else
 * would say so. The variable may belong to another program, so it gets a warning and no more.
 */
export const unknownVariables = (names: readonly string[]): UnknownVariable[] =>
  names
    .filter((variable) => variable.length >= lengthMin && !knownSet.has(variable))
    .flatMap((variable) => {
      const name = nearestTo(variable, known)
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
