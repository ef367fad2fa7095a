import type { Run } from '../engine/run.ts'
import type { NodeLife } from './ports.ts'

const restartMsMax = 60_000

/** The crashes and restarts of a node. All work and memory of the node is lost with a crash. */
export function createNodeLife(run: Run, name: string, onCrash: (life: NodeLife) => void): NodeLife {
  const node: NodeLife = {
    name,
    isUp: true,
    life: 0,
    stoodStillUntilMs: 0,
    crash() {
      node.isUp = false
      node.life += 1
      node.stoodStillUntilMs = 0
      onCrash(node)
      run.scheduler.after(run.random.below(restartMsMax), () => {
        node.isUp = true
        run.trace?.(name, 'is up again')
      })
    },
  }
  return node
}
