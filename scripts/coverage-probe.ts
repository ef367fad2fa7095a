import { Session } from 'node:inspector/promises'

/**
 * Loaded before a program (`--import`). It answers each message with the addresses of the files in which a function has run
 * since the last message. The program does not notice.
 */
const session = new Session()
session.connect()
await session.post('Profiler.enable')
await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false })

process.on('message', async () => {
  // Taking the counts also resets them.
  const { result } = await session.post('Profiler.takePreciseCoverage')
  const ran = result.filter(({ functions }) =>
    functions.some(({ ranges }) => ranges.some(({ count }) => count > 0)),
  )
  process.send?.(ran.map(({ url }) => url))
})
// Listening for messages must not keep a program alive that has ended.
process.channel?.unref()
