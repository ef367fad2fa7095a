import { writeSync } from 'node:fs'
import { type DestinationStream, type Logger, pino } from 'pino'
import { listedLine } from './log-entry.ts'
import { inSources } from './source-lines.ts'

/**
 * JSON lines with a UTC time. Every line passes one gate on its way out, libraries' lines too: only the fields, messages
 * and parts of errors that `log-entry.ts` lists get through.
 */
export const createLogger = (level: string, destination?: DestinationStream): Logger =>
  pino(
    {
      level,
      base: null,
      timestamp: createTimestamp(),
      // These would not be written anyway, and are large.
      serializers: { err: (error) => taken(error), req: () => undefined, res: () => undefined },
      hooks: { streamWrite: listedLine },
    },
    ...(destination ? [destination] : []),
  )

/** The time of a line in UTC, as pino writes it. Lines of the same millisecond share the text. */
function createTimestamp(): () => string {
  let atMs = 0
  let text = ''
  return () => {
    const nowMs = Date.now()
    if (nowMs !== atMs) text = `,"time":"${new Date(nowMs).toISOString()}"`
    atMs = nowMs
    return text
  }
}

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
  return at < 0
    ? []
    : stack
        .slice(at + message.length)
        .split('\n')
        .map((line) => inSources(line))
}

/** Where log lines go. */
export interface LogOutput {
  write(line: string): void
  /** How many lines could not be written. */
  lost(): number
  /** Writes what still waits for a slow reader; for the end of the process, which must not wait long. */
  flush(): void
}

export interface LogOutputOptions {
  readonly fd: number
  /** Node's own, if not a test's. */
  readonly write?: (fd: number, bytes: Buffer) => number
}

/** Kept for a reader that is slow: some thousand lines. Beyond it, lines are lost. */
const waitingBytesMax = 256 * 1024
/** A reader that was slow is asked again this soon. */
const retryMs = 100
/** How long a flush may take: the end of the process waits for it. */
const flushMsMax = 500
/** Between two tries of a flush. */
const flushPauseMs = 10

/**
 * Writes log lines, and loses those that cannot be written (a full disk, a reader that is gone or does not read), but
 * never throws and never waits: a log must not hold a payment up. Pino's own output ends the process on a full disk, or
 * keeps it from ending.
 */
export function createLogOutput({ fd, write = writeSync }: LogOutputOptions): LogOutput {
  const waiting: Buffer[] = []
  let waitingBytes = 0
  let lost = 0
  /** A part of the first waiting line has been written. */
  let isBegun = false
  /** A line was lost of which a part has been written, so the next one needs a line of its own. */
  let isTorn = false
  let retry: NodeJS.Timeout | null = null

  function leave(line: Buffer): void {
    waiting.shift()
    waitingBytes -= line.length
    isBegun = false
  }

  /** @returns whether all that waited is written or lost; else the reader is slow. */
  function writeWaiting(): boolean {
    for (let line = waiting[0]; line; line = waiting[0]) {
      try {
        if (isTorn) write(fd, newline)
        isTorn = false
        const written = write(fd, line)
        leave(line)
        if (written === line.length) continue
        const rest = line.subarray(written)
        waiting.unshift(rest)
        waitingBytes += rest.length
        isBegun = true
      } catch (error) {
        if (isBusy(error)) return false
        lost += 1
        isTorn ||= isBegun
        leave(line)
      }
    }
    return true
  }

  function writeOrRetry(): void {
    retry = writeWaiting() ? null : setTimeout(writeOrRetry, retryMs).unref()
  }

  return {
    write(text) {
      const line = Buffer.from(text)
      if (waitingBytes + line.length > waitingBytesMax) {
        lost += 1
        return
      }
      waiting.push(line)
      waitingBytes += line.length
      if (retry === null) writeOrRetry()
    },
    lost: () => lost,
    flush() {
      const endMs = performance.now() + flushMsMax
      while (!writeWaiting() && performance.now() < endMs) pause(flushPauseMs)
    },
  }
}

const newline = Buffer.from('\n')

const isBusy = (error: unknown) => error instanceof Error && 'code' in error && error.code === 'EAGAIN'

/** Stops the thread: at the end of a process no timer fires any more. */
function pause(forMs: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, forMs)
}
