import type { Delays } from './delays.ts'
import type { ResolvedOptions } from './options.ts'
import type { World } from './world.ts'

/** Lives as long as the process; the world in it only until the next reset. */
export type Runtime = {
  readonly options: ResolvedOptions
  readonly delays: Delays
  world: World
}
