/** Nothing that was waited for came in time. */
export class TookTooLong extends Error {
  override readonly name = 'TookTooLong'
}

/**
 * Waits so long and no longer. What is not waited for any more goes on by itself, so it must end by itself.
 *
 * @throws TookTooLong
 */
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new TookTooLong()), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

/** An error's code, else its name: words of a closed set, where a message might quote what was sent or received. */
export function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  const inner = error instanceof AggregateError ? error.errors[0] : error.cause
  if ('code' in error && typeof error.code === 'string') return error.code
  return inner instanceof Error ? nameOf(inner) : error.name
}
