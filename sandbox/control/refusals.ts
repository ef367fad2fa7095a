import type { RefuseFault } from '../faults/fault.ts'
import type { Listeners } from '../listener.ts'
import type { Runtime } from '../runtime.ts'

const hostOf = (fault: RefuseFault) => (fault.operation === 'pay' ? 'payments' : 'management')

/** Hosts that have stopped listening, and come back when the last fault that asked for it is gone. */
export function createRefusals(runtime: Runtime, listeners: Listeners) {
  const end = async (fault: RefuseFault): Promise<void> => {
    runtime.world.faults.remove(fault.id)
    const others = runtime.world.faults.list().filter((each) => each.kind === 'refuse')
    if (others.some((other) => hostOf(other) === hostOf(fault))) return
    await listeners.get(hostOf(fault))?.accept()
  }

  return {
    start(fault: RefuseFault): void {
      listeners.get(hostOf(fault))?.refuse()
      if (fault.for_ms !== undefined) runtime.delays.after(fault.for_ms, () => void end(fault))
    },
    async stop(): Promise<void> {
      await Promise.all([...listeners.values()].map((listener) => listener.accept()))
    },
  }
}
