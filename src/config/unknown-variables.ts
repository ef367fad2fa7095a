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

const isNear = (one: string, other: string) =>
  Math.abs(one.length - other.length) <= editsMax && editsBetween(one, other) <= editsMax

/** How many letters must be put in, taken out or replaced to make one of the other (Levenshtein). */
function editsBetween(one: string, other: string): number {
  let above = Array.from({ length: other.length + 1 }, (_, column) => column)
  for (const [row, letter] of [...one].entries()) {
    const line = [row + 1]
    for (const [column, each] of [...other].entries()) {
      const replaced = (above[column] ?? 0) + (letter === each ? 0 : 1)
      line.push(Math.min(replaced, (above[column + 1] ?? 0) + 1, (line[column] ?? 0) + 1))
    }
    above = line
  }
  return above.at(-1) ?? 0
}
