import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { DemoError } from './demo-error.ts'
import type { PortWish, PortWishes } from './demo-settings.ts'

/** The whole demo listens on this address only, because it asks for no credentials. */
export const loopback = '127.0.0.1'

export type DemoPorts = Readonly<Record<keyof PortWishes, number>>

const isFixed = ({ isGiven, port }: PortWish) => isGiven && port > 0

/**
 * Finds a free port for every part before anything starts. Each port found is held until all are found, so that no two
 * parts get the same one.
 *
 * @throws DemoError when a port that was asked for is taken.
 */
export async function choosePorts(wishes: PortWishes): Promise<DemoPorts> {
  await using held = new AsyncDisposableStack()
  const choose = async (wish: PortWish): Promise<number> => {
    const server = (await listen(wish.port)) ?? (isFixed(wish) ? refuse(wish) : await listen(0))
    if (server === null) throw new DemoError('There is no free port.')
    held.defer(() => new Promise((closed) => server.close(() => closed())))
    return (server.address() as AddressInfo).port
  }
  const parts = Object.entries(wishes) as [keyof PortWishes, PortWish][]
  const found: Partial<Record<keyof PortWishes, number>> = {}
  // Ports that were asked for come first, or a default could take one of them.
  for (const [part, wish] of parts.filter(([, wish]) => isFixed(wish))) found[part] = await choose(wish)
  for (const [part, wish] of parts.filter(([, wish]) => !isFixed(wish))) found[part] = await choose(wish)
  return found as DemoPorts
}

function refuse({ name, port }: PortWish): never {
  throw new DemoError(`Port ${port} is taken. Stop what listens there, or set ${name} to another.`)
}

/** @returns null when the port is taken. */
async function listen(port: number): Promise<Server | null> {
  const server = createServer().listen(port, loopback)
  try {
    await once(server, 'listening')
    return server
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null
    if (code === 'EADDRINUSE') return null
    if (code === 'EACCES') throw new DemoError(`Port ${port} may not be used. Choose one above 1023.`)
    throw error
  }
}
