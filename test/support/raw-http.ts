import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { expectDocumented } from './documented.ts'

/** Sends bytes to the service unchanged, and reads until the connection ends. */
export async function rawHttp(url: string, bytes: string) {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  socket.write(bytes)
  const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n')
  const [statusLine = '', ...lines] = head.split('\r\n')
  const headers = Object.fromEntries(
    lines.map((line) => [line.split(': ')[0]?.toLowerCase() ?? '', line.replace(/^[^:]*: /, '')]),
  )
  return { status: Number(statusLine.split(' ')[1]), headers, body: JSON.parse(body) }
}

/** Sends bytes piece by piece with pauses, and reads until the connection ends. */
export async function rawBytes(
  url: string,
  pieces: Iterable<string | Uint8Array>,
  pauseMs = 0,
): Promise<string> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  // Errors of writing after the other side has closed do not matter.
  socket.on('error', () => {})
  const answer = text(socket).catch(() => '')
  for (const piece of pieces) {
    if (!socket.writable) break
    socket.write(piece)
    if (pauseMs > 0) await setTimeout(pauseMs)
  }
  return answer
}

/** The same, holding the answer against what the published document says of an operation. */
export async function rawRequest(url: string, method: 'GET' | 'POST', path: string, rest: string) {
  const answer = await rawHttp(url, `${method} ${path} HTTP/1.1\r\nHost: tillgate\r\n${rest}`)
  expectDocumented(method, path, answer)
  return answer
}
