import { type DestinationStream, type Logger, pino } from 'pino'

/** Errors whose messages V8 writes about our code; any other message may quote what was received. */
const safeMessages = new Set(['TypeError', 'ReferenceError', 'RangeError', 'Problem'])

/** An error as it may be logged: what kind, which code, where; its message only where that quotes no input. */
function loggedError(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error }
  const code = 'code' in error ? { code: error.code } : {}
  const message = safeMessages.has(error.name) ? { message: error.message } : {}
  const frames = (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at '))
  const cause = error.cause === undefined ? {} : { cause: loggedError(error.cause) }
  return { type: error.name, ...code, ...message, stack: frames.join('\n'), ...cause }
}

/** JSON lines with a UTC time. Requests and replies are never logged whole, whoever tries to. */
export const createLogger = (level: string, destination?: DestinationStream): Logger =>
  pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: loggedError, req: () => undefined, res: () => undefined },
    },
    ...(destination ? [destination] : []),
  )
