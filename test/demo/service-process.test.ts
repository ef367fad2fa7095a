import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { startDemo } from './support/start-demo.ts'

/** The processes that a process has started, where the system tells. */
function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => parentOf(pid) === parent)
}

function parentOf(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return null
  }
}

describe.runIf(existsSync('/proc/self/stat'))('the service behind the demo', () => {
  test('its crash ends the demo, with the last lines of its log', async () => {
    const demo = await startDemo()
    const [service = 0] = childrenOf(demo.process.pid ?? 0)
    process.kill(service, 'SIGKILL')

    expect(await demo.exitCode).toBe(1)
    expect(demo.output()).toContain('The service ended unexpectedly. Its log ends with:')
    expect(demo.output()).toContain('"listening at ')
    expect(existsSync(demo.folder)).toBe(false)
  })

  test('SIGTERM stops it with the demo', async () => {
    const demo = await startDemo()
    const [service = 0] = childrenOf(demo.process.pid ?? 0)
    demo.process.kill('SIGTERM')

    expect(await demo.exitCode).toBe(0)
    expect(parentOf(service)).toBe(null)
  })
})
