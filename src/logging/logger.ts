import { type DestinationStream, type Logger, pino } from 'pino'
import { listedEntry } from './log-entry.ts'

/**
 * JSON lines with a UTC time. Every line passes one gate on its way out, libraries' lines too: only the fields, messages
 * and parts of errors that `log-entry.ts` lists get through.
 */
export const createLogger = (level: string, destination?: DestinationStream): Logger =>
  pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      // These would not be written anyway, and are large.
      serializers: { err: (error) => taken(error), req: () => undefined, res: () => undefined },
      hooks: { streamWrite: (line) => `${JSON.stringify(listedEntry(JSON.parse(line)))}\n` },
    },
    ...(destination ? [destination] : []),
  )

/** How far down the causes are of use. */
const causesMax = 5

/** The parts of an error that the gate knows. */
function taken(error: unknown, depth = 0): object {
  if (!(error instanceof Error) || depth > causesMax) return {}
  const code = 'code' in error ? { code: error.code } : {}
  const cause = error.cause === undefined ? {} : { cause: taken(error.cause, depth + 1) }
  return { type: error.name, ...code, stack: framesOf(error), ...cause }
}

/** The lines below the message. A message may have lines that look like frames. */
function framesOf({ stack = '', message }: Error): string[] {
  const at = stack.indexOf(message)
  return at < 0 ? [] : stack.slice(at + message.length).split('\n')
}
