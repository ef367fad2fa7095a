import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** What the server answers. */
interface Says {
  readonly status: number
  readonly body: string | Buffer
  readonly location?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Whether an interim answer that no one asked for comes first. */
  readonly continues?: boolean
}

export interface KeyIssuer {
  /** Where its keys are published. */
  readonly url: string
  /** The paths that were asked for, in order. */
  readonly asked: string[]
  publish(keys: readonly object[]): void
  says(answer: Says): void
}

/** A server that publishes keys, or fails to, and records the requests. */
export async function startKeyIssuer(): Promise<KeyIssuer> {
  let answer: Says = { status: 200, body: '{"keys":[]}' }
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(String(request.url))
    if (answer.continues) response.writeContinue()
    const location = answer.location ? { location: answer.location } : {}
    response.writeHead(answer.status, { ...answer.headers, ...location }).end(answer.body)
  })
  server.listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`,
    asked,
    publish: (keys) => {
      answer = { status: 200, body: JSON.stringify({ keys }) }
    },
    says: (given) => {
      answer = given
    },
  }
}
