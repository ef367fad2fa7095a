import type { Run } from '../engine/run.ts'

/** Whether a node is up, how often it has started, and a way to crash it. */
export interface NodeLife {
  readonly name: string
  isUp: boolean
  /** Counts its starts. Work of an earlier life never goes on. */
  life: number
  /** The latest moment up to which it has stood still in this life. */
  stoodStillUntilMs: number
  crash(): void
}

export interface Ports {
  /** Something that is done elsewhere at one moment; its answer comes back then or later. */
  call<T>(what: string, effect: () => T): Promise<T>
  /** The same, where the other side decides when to answer. Only the first answer counts. */
  exchange<T>(what: string, begin: (answer: (value: T) => void) => void): Promise<T>
  /** A timer of the node. */
  pause(forMs: number): Promise<void>
}

/** After the longest of these, a node has missed every deadline. */
const stallsMs = [1_000, 20_000, 90_000, 20 * 60_000, 70 * 60_000] as const

/**
 * Everything that a node waits for goes through here. The scheduler decides when a call takes effect and when its answer
 * arrives; at both moments the node may crash.
 */
export function createPorts(run: Run, node: NodeLife): Ports {
  const { random, scheduler, counts } = run

  function arriveLater(life: number, what: string, settle: () => void) {
    if (node.life !== life) return
    if (run.strikes('node_crash')) {
      run.trace?.(node.name, `dies after ${what}`)
      return node.crash()
    }
    if (run.strikes('node_stall')) {
      const stallMs = random.pick(stallsMs)
      node.stoodStillUntilMs = Math.max(node.stoodStillUntilMs, scheduler.now() + stallMs)
      run.trace?.(node.name, `stands still for ${stallMs} ms after ${what}`)
      return scheduler.after(stallMs, () => node.life === life && scheduler.resume(settle))
    }
    scheduler.resume(settle)
  }

  /** Runs a call at its moment, unless the node has crashed by then and the call is lost with it. */
  function leave(what: string, begin: (life: number) => void): void {
    const { life } = node
    scheduler.arrived()
    counts.steps += 1
    scheduler.after(run.latencyMs(), () => {
      // A call that was on its way may still arrive after its caller crashed.
      if (node.life !== life && random.chance(0.5)) return
      if (node.life === life && run.strikes('node_crash')) {
        run.trace?.(node.name, `dies before ${what}`)
        return node.crash()
      }
      begin(life)
    })
  }

  return {
    pause(forMs) {
      const { life } = node
      scheduler.arrived()
      return new Promise((resolve) =>
        scheduler.after(forMs, () => node.life === life && scheduler.resume(resolve)),
      )
    },

    call: (what, effect) =>
      new Promise((resolve, reject) => {
        leave(what, (life) => {
          try {
            const value = effect()
            arriveLater(life, what, () => resolve(value))
          } catch (error) {
            arriveLater(life, what, () => reject(error))
          }
        })
      }),

    exchange: (what, begin) =>
      new Promise((resolve) => {
        leave(what, (life) => {
          let isAnswered = false
          begin((value) => {
            if (isAnswered) return
            isAnswered = true
            scheduler.after(0, () => arriveLater(life, what, () => resolve(value)))
          })
        })
      }),
  }
}
