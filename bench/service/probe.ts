import { Session } from 'node:inspector/promises'

/** Loaded before the measured program, which does not know about it. Reports on request what the program has used. */
process.on('message', async (asked) => process.send?.(await answerTo(asked)))
// Listening for messages must not keep the program running.
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
      throw new Error('Unknown question')
  }
}

function use() {
  const { user, system } = process.cpuUsage()
  const { rss, heapUsed } = process.memoryUsage()
  return { cpuMs: (user + system) / 1_000, rssMb: rss / 2 ** 20, heapMb: heapUsed / 2 ** 20 }
}
