import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'
import { onTestFinished } from 'vitest'

/** A secret as `openssl rand -base64 24` makes them. */
export const secretOf = (number: number): string => `whsec_${Buffer.alloc(24, number).toString('base64')}`

export interface Received {
  readonly id: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
  /** The body, whose signature was checked with the receiver's secret. */
  readonly event: ReturnType<typeof JSON.parse>
}

export type Answer = (response: ServerResponse, received: Received) => void

export interface Receiver {
  readonly url: string
  readonly received: Received[]
  /** How what comes from now on is answered. */
  answer: Answer
}

export const answerWith =
  (status: number, headers: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(status, headers).end()

/** A shop that listens for events, checks their signatures by the library that shops use, and keeps them. */
export async function startReceiver(secret = secretOf(1)): Promise<Receiver> {
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const { headers } = request
    const event = new Webhook(secret).verify(body, headers as Record<string, string>)
    const received = { id: String(headers['webhook-id']), headers, body, event }
    receiver.received.push(received)
    receiver.answer(response, received)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const receiver: Receiver = { url: `http://127.0.0.1:${port}/events`, received: [], answer: answerWith(204) }
  return receiver
}
