import { apiDiff, type Diff } from 'api-smart-diff'

type Step = string | number

/**
 * The changes of a document by which a client written for the one before may fail, each in a line. Clients are
 * told to bear new problem codes and instrument types in answers, so those are none.
 */
export function breakingChanges(before: object, after: object): string[] {
  const changes = apiDiff(before, after)
    // Components are looked at where they are used: only there it is known whether they are asked or answered.
    .filter(({ path }) => path[0] === 'paths')
    .filter((change) => (change.type === 'breaking' || isBreakingToo(change)) && !isOpenSet(change))
  return [...new Set(changes.map(({ action, path }) => `${action} ${path.join(' ')}`))]
}

/** What the library lets pass: another type in an answer, another security, another name of a generated function. */
function isBreakingToo({ path }: Diff): boolean {
  const last = path.at(-1)
  return last === 'type' || last === 'operationId' || path[3] === 'security'
}

/** Sets that may grow, by the versioning policy in the document's `info`. */
function isOpenSet({ action, path }: Diff): boolean {
  const isAnswered = path.includes('responses' satisfies Step)
  const [field, where] = [path.at(-3), path.at(-2)]
  const isInArray = path.at(-3) === 'items' && path.at(-4) === 'accepts'
  return (
    action === 'add' &&
    isAnswered &&
    where === 'enum' &&
    (field === 'code' || field === 'instrument_type' || isInArray)
  )
}
