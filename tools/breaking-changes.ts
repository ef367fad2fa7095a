import { apiDiff, type Diff } from 'api-smart-diff'

type Step = string | number

/**
 * Changes of the document that may break a client written for the one before, one a line. Clients must expect new problem
 * codes and instrument types in answers, so these do not count.
 */
export function breakingChanges(before: object, after: object): string[] {
  const changes = apiDiff(before, after)
    // Components count where they are used: only there is it known whether they are sent or received.
    .filter(({ path }) => path[0] === 'paths')
    .filter((change) => (change.type === 'breaking' || isBreakingToo(change)) && !isOpenSet(change))
  return [...new Set(changes.map(({ action, path }) => `${action} ${path.join(' ')}`))]
}

/** What the library does not count: another type in an answer, another security, another name of a generated function. */
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
