import type { Run } from '../engine/run.ts'

/** Whether a node is there, which life of its it lives, and when it is to die. */
export interface NodeLife {
  readonly name: string
  isUp: boolean
  /** Counts its starts: what an earlier life had begun never goes on. */
  life: number
  crash(): void
}

export interface Ports {
  /** Something done elsewhere at one moment, whose answer comes back at that moment or later. */
  call<T>(what: string, effect: () => T): Promise<T>
  /** The same where what is done decides itself when to answer. Only the first answer counts. */
  exchange<T>(what: string, begin: (answer: (value: T) => void) => void): Promise<T>
}

/** A node that stands still this long has missed every deadline there is. */
const stallsMs = [1_000, 20_000, 90_000, 20 * 60_000, 70 * 60_000] as const

/**
 * Everything a node waits for goes through here: the scheduler decides when each call takes effect and when its answer
 * arrives, and at each of these two boundaries the node may die.
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
      run.trace?.(node.name, `stands still for ${stallMs} ms after ${what}`)
      return scheduler.after(stallMs, () => node.life === life && scheduler.resume(settle))
    }
    scheduler.resume(settle)
  }

  /** Runs what is called at its moment, unless the node has died by then and the call with it. */
  function leave(what: string, begin: (life: number) => void): void {
    const { life } = node
    scheduler.arrived()
    counts.steps += 1
    scheduler.after(run.latencyMs(), () => {
      // A call that was on its way may still arrive after the death of its caller.
      if (node.life !== life && random.chance(0.5)) return
      if (node.life === life && run.strikes('node_crash')) {
        run.trace?.(node.name, `dies before ${what}`)
        return node.crash()
      }
      begin(life)
    })
  }

  return {
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
