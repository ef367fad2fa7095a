import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { DemoError } from './demo-error.ts'
import type { PortWish } from './demo-settings.ts'

/** Everything in the demo listens here and nowhere else: it takes no credentials. */
export const loopback = '127.0.0.1'

/** Finds out which port can be had, by having it for a moment. */
export async function choosePort(wish: PortWish, taken: ReadonlySet<number> = new Set()): Promise<number> {
  const port = taken.has(wish.port) ? null : await tryPort(wish.port)
  // A free one may turn out to be what another part of the demo was told to take.
  if (port !== null && !taken.has(port)) return port
  if (wish.isGiven && wish.port > 0) {
    throw new DemoError(
      `Port ${wish.port} is taken. Stop what listens there, or set ${wish.name} to another.`,
    )
  }
  return choosePort({ ...wish, port: 0 }, taken)
}

async function tryPort(port: number): Promise<number | null> {
  const server = createServer().listen(port, loopback)
  try {
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null
    if (code === 'EADDRINUSE') return null
    if (code === 'EACCES') throw new DemoError(`Port ${port} may not be used. Choose one above 1023.`)
    throw error
  } finally {
    await new Promise((closed) => server.close(closed))
  }
}
