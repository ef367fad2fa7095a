/** The work did not end in time. */
export class TookTooLong extends Error {
  override readonly name = 'TookTooLong'
}

/**
 * Waits for the work, but no longer than this. Work that is late goes on unattended, so it must end by itself.
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

/** An error's code, else its name. Never its message, which may quote what was sent or received. */
export function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  const inner = error instanceof AggregateError ? error.errors[0] : error.cause
  if ('code' in error && typeof error.code === 'string') return error.code
  return inner instanceof Error ? nameOf(inner) : error.name
}
