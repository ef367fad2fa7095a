import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { createSecureServer, constants as http2 } from 'node:http2'
import { type AddressInfo, createServer as createNetServer, type Server, type Socket } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import type { RequestContext } from '../../../src/request-context.ts'
import { createAuthority } from '../../../tools/certificates.ts'
import { keptIn, type Logged } from '../../support/logs.ts'

export interface SeenRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export interface HttpHost {
  /** Its address with a base path, as a store's has one. */
  readonly url: string
  readonly seen: SeenRequest[]
  /** Connections that were opened and are not closed yet. */
  openSockets(): number
  close(): Promise<void>
}

/** A host that answers as told and remembers what it was asked. */
export async function startHttpHost(
  answer: (response: ServerResponse, request: SeenRequest) => void,
): Promise<HttpHost> {
  const seen: SeenRequest[] = []
  const listener: RequestListener = async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { method = '', url = '', headers } = request
    const told = { method, path: url, headers, body: Buffer.concat(chunks).toString('utf8') }
    seen.push(told)
    answer(response, told)
  }
  return { ...(await listening(createServer(listener))), seen }
}

/** A host below HTTP: it sees the bytes of each connection and does with the socket as told. */
export async function startNetHost(
  whenHeard: (socket: Socket, heard: string) => void,
  whenOpened: (socket: Socket) => void = () => {},
): Promise<Omit<HttpHost, 'seen'> & { readonly heard: string[] }> {
  const heard: string[] = []
  const server = createNetServer((socket) => {
    const index = heard.push('') - 1
    socket.on('error', () => {})
    whenOpened(socket)
    socket.on('data', (bytes) => {
      heard[index] += bytes.toString('utf8')
      whenHeard(socket, heard[index] ?? '')
    })
  })
  return { ...(await listening(server)), heard }
}

/**
 * A host behind TLS that speaks HTTP/2 and HTTP/1.1, as large sites do. It reads each HTTP/2 request to its end and
 * then refuses the stream, which clients take for leave to send it again; over HTTP/1.1 it answers 500.
 */
export async function startRefusingTlsHost(): Promise<Omit<HttpHost, 'seen'> & { readonly heard: string[] }> {
  const heard: string[] = []
  const trusted = getCACertificates('default')
  const authority = await createAuthority()
  const { certificate: cert, privateKey: key } = await authority.issue('localhost')
  setDefaultCACertificates([...trusted, authority.certificate])
  const server = createSecureServer({ cert, key, allowHTTP1: true })
  server.on('request', async (request, response) => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    heard.push(body)
    if (request.httpVersion === '1.1') response.writeHead(500).end()
    else response.stream.close(http2.NGHTTP2_REFUSED_STREAM)
  })
  const { url, close, ...host } = await listening(server)
  return {
    ...host,
    heard,
    url: url.replace('http://127.0.0.1', 'https://localhost'),
    async close() {
      setDefaultCACertificates(trusted)
      await close()
    },
  }
}

async function listening(server: Server) {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/stores/abc123`,
    openSockets: () => sockets.size,
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** An address that refuses connections: a port that was free a moment ago. */
export async function refusedUrl(): Promise<string> {
  const host = await startNetHost(() => {})
  await host.close()
  return host.url
}

export const json = (
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
) => response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))

/** A request's context whose log keeps what it is told. */
export function contextOf(logged: Logged[] = []): RequestContext {
  return {
    requestId: 'request-1',
    correlationId: '5b1c7c1e-0000-4000-8000-00000000c0de',
    caller: 'caller',
    shopperAddress: '203.0.113.9',
    purpose: 'paying',
    log: keptIn(logged),
  }
}
