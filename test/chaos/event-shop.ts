import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Webhook } from 'standardwebhooks'
import type { Random } from './random.ts'

/** An event as it came, whose signature was right. */
export interface ReceivedEvent {
  readonly id: string
  readonly body: string
}

/** The shop's own backend: it fails, hangs and restarts, and takes every event in the end. */
export interface EventShop {
  /** What the service is told. */
  readonly environment: Readonly<Record<string, string>>
  /** Each time that one came, whatever it was answered. */
  readonly received: readonly ReceivedEvent[]
  /** How often it did what to an event, and restarted. */
  readonly met: ReadonlyMap<string, number>
  /** Those whose signature was wrong. */
  readonly forged: () => number
  /** Takes every event and answers none, as long as it is so. */
  hang(isHanging: boolean): void
  /** Fails no more. */
  heal(): void
  stop(): Promise<void>
}

/** One event fails so often at most, or its pauses would outlast a short storm. */
const failuresMax = 2
const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`

export async function startEventShop(random: Random): Promise<EventShop> {
  const received: ReceivedEvent[] = []
  const failures = new Map<string, number>()
  const met = new Map<string, number>()
  const count = (what: string) => met.set(`event: ${what}`, (met.get(`event: ${what}`) ?? 0) + 1)
  let forged = 0
  let isHealthy = false
  let isHanging = false
  let server = await listen(0)
  const { port } = server.address() as AddressInfo
  let isStopped = false

  async function listen(at: number): Promise<Server> {
    const made = createServer(async (request, response) => {
      const chunks: Buffer[] = []
      try {
        for await (const chunk of request) chunks.push(chunk)
      } catch {
        // Its sender was killed.
        return
      }
      const body = Buffer.concat(chunks).toString()
      try {
        new Webhook(secret).verify(body, request.headers as Record<string, string>)
      } catch {
        forged++
        response.writeHead(400).end()
        return
      }
      const id = String(request.headers['webhook-id'])
      received.push({ id, body })
      answer(id, response)
    })
    made.listen(at, '127.0.0.1')
    await once(made, 'listening')
    return made
  }

  function answer(id: string, response: ServerResponse): unknown {
    if (isHanging) return undefined
    const failed = failures.get(id) ?? 0
    if (isHealthy || failed >= failuresMax || random.chance(0.6)) {
      count('taken')
      return response.writeHead(random.pick([200, 202, 204])).end()
    }
    failures.set(id, failed + 1)
    const how = random.pick(['500', '410', '302', 'hang', 'reset'] as const)
    count(how)
    switch (how) {
      case '500':
        return response.writeHead(500).end('no')
      case '410':
        return response.writeHead(410).end()
      case '302':
        return response.writeHead(302, { location: '/elsewhere' }).end()
      case 'reset':
        return response.destroy()
      default:
        return undefined
    }
  }

  /** Away for up to a second, every three or so, as in a deployment. */
  async function restart(): Promise<void> {
    while (!isHealthy && !isStopped) {
      await sleep(random.between(2_000, 4_000))
      if (isHealthy || isStopped) return
      count('receiver restarts')
      await close(server)
      await sleep(random.between(0, 1_000))
      server = await listen(port)
    }
  }
  const restarts = restart()

  return {
    environment: { EVENTS_URL: `http://127.0.0.1:${port}/events`, EVENTS_SECRET: secret },
    received,
    met,
    forged: () => forged,
    hang(hangs) {
      isHanging = hangs
    },
    heal() {
      isHealthy = true
    },
    async stop() {
      isStopped = true
      await restarts
      await close(server)
    },
  }
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}
