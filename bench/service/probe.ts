import { Session } from 'node:inspector/promises'

/** Loaded before a program that is measured: tells, when asked, what it has used. The program knows nothing of it. */
process.on('message', async (asked) => process.send?.(await answerTo(asked)))
// Listening for messages must not keep a program that has come to its end.
process.channel?.unref()

const session = new Session()

async function answerTo(asked: unknown): Promise<object> {
  switch (asked) {
    case 'use after gc':
      globalThis.gc?.()
      return use()
    case 'use':
      return use()
    case 'profile':
      session.connect()
      await session.post('Profiler.enable')
      await session.post('Profiler.start')
      return {}
    case 'end of profile': {
      const { profile } = await session.post('Profiler.stop')
      return profile
    }
    default:
      throw new Error('Nobody asks that')
  }
}

function use() {
  const { user, system } = process.cpuUsage()
  const { rss, heapUsed } = process.memoryUsage()
  return { cpuMs: (user + system) / 1_000, rssMb: rss / 2 ** 20, heapMb: heapUsed / 2 ** 20 }
}
