import type { Log } from '../../src/logging/log-entry.ts'

export interface Logged {
  readonly level: 'info' | 'warn' | 'error'
  readonly fields: object
  readonly event: string
}

/** A log that keeps what it is given. */
export function keptIn(logged: Logged[], bound: object = {}): Log {
  const keep = (level: Logged['level']) => (fields: object, event: string) =>
    void logged.push({ level, fields: { ...bound, ...fields }, event })
  return {
    info: keep('info'),
    warn: keep('warn'),
    error: keep('error'),
    child: (fields) => keptIn(logged, { ...bound, ...fields }),
  }
}

const silence = () => {}
/** A log that keeps nothing. */
export const silentLog: Log = { info: silence, warn: silence, error: silence, child: () => silentLog }
