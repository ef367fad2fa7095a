import { readFileSync } from 'node:fs'

/** The machine that this process runs on, and the one clock of it that cannot be set. */
export interface Machine {
  /** Differs from one start of the machine to the next; empty where the system does not tell. */
  readonly id: string
  /** How long it has been up, in whole milliseconds: the same for all its processes. It stands still while it sleeps. */
  upMs(): number
}

/** Made anew by Linux at each start, and the same in all containers of a machine. */
const bootIdFile = '/proc/sys/kernel/random/boot_id'

function bootId(): string {
  try {
    return readFileSync(bootIdFile, 'utf8').trim()
  } catch {
    return ''
  }
}

export const thisMachine: Machine = {
  id: bootId(),
  upMs: () => Number(process.hrtime.bigint() / 1_000_000n),
}
