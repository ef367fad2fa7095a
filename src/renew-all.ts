import type { Logger } from 'pino'
import type { Renewable } from './config/renewable.ts'

/** Reads each again and logs what became of it, by name; never what was read. */
export function renewAll(renewables: Readonly<Record<string, Renewable<unknown>>>, logger: Logger): void {
  for (const [name, renewable] of Object.entries(renewables)) {
    const renewal = renewable.renew()
    if (renewal === 'kept')
      logger.error({ name }, 'cannot be used as it is on disk now: what was read before stays')
    else logger.info({ name, renewal }, 'read again')
  }
}
