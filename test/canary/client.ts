import { once } from 'node:events'
import { connect } from 'node:net'

/** Sends bytes as they are, keeps every byte that comes back. */
export interface Client {
  readonly answers: Buffer[]
  /** One request on a connection of its own. @returns the status, null for a connection that was cut. */
  send(bytes: string | Buffer): Promise<number | null>
  /** The same in two parts, of which the second is made when the first has left. */
  sendSlowly(first: string, rest: () => Promise<string>): Promise<number | null>
  request(
    method: string,
    path: string,
    headers?: Record<string, string>,
    body?: string,
  ): Promise<number | null>
}

export function createClient(url: string): Client {
  const { hostname, port } = new URL(url)
  const answers: Buffer[] = []

  async function sendSlowly(first: string | Buffer, rest: () => Promise<string>): Promise<number | null> {
    const socket = connect(Number(port), hostname)
    const heard: Buffer[] = []
    socket.on('data', (chunk) => heard.push(chunk))
    socket.on('error', () => {})
    const closed = once(socket, 'close')
    await new Promise((sent) => socket.write(first, sent))
    socket.write(await rest())
    await closed
    const answer = Buffer.concat(heard)
    answers.push(answer)
    return answer.length === 0 ? null : Number(answer.subarray(9, 12).toString())
  }

  const send = (bytes: string | Buffer) => sendSlowly(bytes, async () => '')

  return {
    answers,
    send,
    sendSlowly,
    request(method, path, headers = {}, body = '') {
      const length =
        body === ''
          ? {}
          : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }
      const all = { host: 'tillgate', connection: 'close', ...length, ...headers }
      const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`)
      return send([`${method} ${path} HTTP/1.1`, ...lines, '', body].join('\r\n'))
    },
  }
}
