/** Runs a piece of work, or joins the one that is running for the same key. */
export type Coalesce<Result> = (key: string, work: () => Promise<Result>) => Promise<Result>

/** Remembers nothing: only those who ask while the work runs share its result. */
export function createCoalesce<Result>(): Coalesce<Result> {
  const running = new Map<string, Promise<Result>>()

  return function coalesce(key, work) {
    const joined = running.get(key)
    if (joined) return joined
    const result = work()
    running.set(key, result)
    const forget = () => running.delete(key)
    result.then(forget, forget)
    return result
  }
}
