import type { Delays } from './delays.ts'
import type { ResolvedOptions } from './options.ts'
import type { World } from './world.ts'

/** What lives as long as the process; the world inside it lives until the next reset. */
export type Runtime = {
  readonly options: ResolvedOptions
  readonly delays: Delays
  world: World
}
