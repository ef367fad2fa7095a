import { Session } from 'node:inspector/promises'

/**
 * Loaded before a program whose work is to be followed. Each message is answered with the addresses of the files in which
 * a function has run since the last one. The program knows nothing of it.
 */
const session = new Session()
session.connect()
await session.post('Profiler.enable')
await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false })

process.on('message', async () => {
  // Taking it sets the counts to nought.
  const { result } = await session.post('Profiler.takePreciseCoverage')
  const ran = result.filter(({ functions }) =>
    functions.some(({ ranges }) => ranges.some(({ count }) => count > 0)),
  )
  process.send?.(ran.map(({ url }) => url))
})
// Listening for messages must not keep a program that has come to its end.
process.channel?.unref()
