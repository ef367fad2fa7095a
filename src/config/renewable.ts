import type { Log } from '../logging/log-entry.ts'

/** What reading a value again brought: another one, the same one, or nothing usable, so that the old one stays. */
export type Renewal = 'renewed' | 'unchanged' | 'kept'

/** A value that may be replaced while the process runs: a secret or key that its owner rotates. */
export interface Renewable<T> {
  current(): T
  renew(): Renewal
}

/**
 * Makes a value renewable. What cannot be used never replaces what is in use: a file may be half written, or missing for
 * a moment.
 *
 * @param readAgain reads the value where it came from, null for an unusable one; itself null where there is no such place.
 */
export function createRenewable<T>(
  initial: T,
  readAgain: (() => T | null) | null,
  isSame: (one: T, other: T) => boolean = Object.is,
): Renewable<T> {
  let value = initial
  return {
    current: () => value,
    renew() {
      if (readAgain === null) return 'unchanged'
      const read = readAgain()
      if (read === null) return 'kept'
      if (isSame(read, value)) return 'unchanged'
      value = read
      return 'renewed'
    },
  }
}

/** Reads each again and logs, by name, what came of it; never what was read. */
export function renewAll(
  renewables: Readonly<Record<string, Renewable<unknown>>>,
  log: Pick<Log, 'info' | 'error'>,
): void {
  for (const [name, renewable] of Object.entries(renewables)) {
    const renewal = renewable.renew()
    if (renewal === 'kept') log.error({ name }, 'file cannot be used, keeping what was read before')
    else log.info({ name, renewal }, 'file read again')
  }
}
