import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'

export type Listener = Awaited<ReturnType<typeof openListener>>

export type Listeners = ReadonlyMap<'management' | 'payments', Listener>

type Place = { readonly host: string; readonly port: number }

/** Longer than any client keeps an idle connection, so that the client closes it first. */
const keepAliveTimeoutMs = 72_000

/**
 * A host that can stop listening and start again on the same port, as Fastify's own listener cannot:
 * a client that connects meanwhile really gets ECONNREFUSED.
 */
export async function openListener(app: FastifyInstance, { host, port }: Place) {
  await app.ready()
  let isRefusing = false
  const server = createServer((request, response) => {
    response.once('finish', () => {
      if (isRefusing) request.socket.end()
    })
    app.routing(request, response)
  })
  server.keepAliveTimeout = keepAliveTimeoutMs
  const taken = await listen(server, { host, port })

  const refuse = (): void => {
    if (isRefusing) return
    isRefusing = true
    // Also closes idle connections, which would otherwise still be served.
    server.close()
  }

  return {
    port: taken,
    refuse,
    async accept(): Promise<void> {
      if (!isRefusing) return
      isRefusing = false
      await listen(server, { host, port: taken })
    },
    async close(): Promise<void> {
      refuse()
      server.closeAllConnections()
      await app.close()
    },
  }
}

async function listen(server: Server, { host, port }: Place): Promise<number> {
  server.listen(port, host)
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}
