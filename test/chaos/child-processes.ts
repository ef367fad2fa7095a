import type { ChildProcess } from 'node:child_process'

const running = new Map<ChildProcess, 'SIGKILL' | 'SIGQUIT'>()

process.once('exit', () => {
  for (const [child, signal] of running) child.kill(signal)
})
// By itself a signal ends the process without that event.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))

/** Whatever ends this process, what it has started does not outlive it. */
export function endWithUs(child: ChildProcess, signal: 'SIGKILL' | 'SIGQUIT'): void {
  running.set(child, signal)
  child.once('exit', () => running.delete(child))
}
