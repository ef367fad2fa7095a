import type { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { clientNetwork } from '../domain/client-network.ts'
import { Problem } from '../domain/problem.ts'

/**
 * Refuses requests that Node's parser accepts but a proxy in front may read differently, because request smuggling lives
 * on that difference (RFC 9112 §11.2). Closes the connection, since it is unclear where the next request begins.
 */
async function requestShape(app: FastifyInstance) {
  app.addHook('onRequest', (request, reply, done) => {
    if (isPlain(request)) return done()
    reply.header('connection', 'close')
    // Once the parser has read what came with it: it may find the next request malformed, and there must be one answer.
    setImmediate(() => done(new Problem('malformed_request')))
  })
}

function isPlain(request: FastifyRequest): boolean {
  const { raw } = request
  const host = headerLines(request, 'host')
  const transferEncoding = headerLines(request, 'transfer-encoding')
  const hosts = host.length === 1 || (raw.httpVersion === '1.0' && host.length === 0)
  const isChunked =
    transferEncoding.length === 0 ||
    (transferEncoding.length === 1 && transferEncoding[0]?.toLowerCase() === 'chunked')
  return hosts && isChunked && (raw.httpVersion === '1.1' || raw.httpVersion === '1.0')
}

/**
 * The values of a header, one for each line. `request.headers` has joined them, or dropped all but one.
 * (`headersDistinct` is missing where a test injects the request.)
 */
export function headerLines({ raw: { rawHeaders } }: FastifyRequest, name: string): string[] {
  const lines: string[] = []
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const [given = '', line = ''] = [rawHeaders[index], rawHeaders[index + 1]]
    if (given.length === name.length && given.toLowerCase() === name) lines.push(line)
  }
  return lines
}

export const requestShapePlugin = fp(requestShape, {
  name: 'request-shape',
  dependencies: ['problem-details'],
  fastify: '5.x',
})

export interface ReceivingBounds {
  /** For one body of at most 16 kB. A phone on a bad line that loses three packets in a row needs seven seconds. */
  readonly bodyWithinMs: number
  /** Bodies of one client address that are being received; the one that has come in for longest gives way. */
  readonly bodiesPerAddressMax: number
  /** Bodies of all addresses, 32 MB at most. */
  readonly bodiesMax: number
}

export const RECEIVING_BOUNDS: ReceivingBounds = {
  bodyWithinMs: 8_000,
  bodiesPerAddressMax: 100,
  bodiesMax: 2_000,
}

/** An honest body arrives within a round trip. No body gives way before this, so that a server may send very many at once. */
const graceMs = 1_000

interface Receiving {
  readonly address: string
  isSlow: boolean
  giveWay(): void
}

/**
 * Bounds the bodies that have not arrived yet, by number and by time. Those that give way get 408: they are the slowest, so
 * a client that sends its body as others do is never among them, whatever comes from its address or from others.
 */
async function receiving(app: FastifyInstance, bounds: ReceivingBounds) {
  // A Set keeps the order in which they began.
  const all = new Set<Receiving>()
  const byAddress = new Map<string, Set<Receiving>>()

  app.addHook('preParsing', (request, reply, _payload, done) => {
    if (!hasBody(request)) return done()
    const one: Receiving = {
      address: clientNetwork(request.ip),
      isSlow: false,
      giveWay: () => refuse(request.raw),
    }
    const callOffs = [
      afterReading(graceMs, () => {
        one.isSlow = true
      }),
      afterReading(bounds.bodyWithinMs, one.giveWay),
    ]
    const leave = () => {
      for (const callOff of callOffs) callOff()
      remove(one)
    }
    request.raw.once('end', leave)
    request.raw.once('error', leave)
    reply.raw.once('close', leave)
    add(one)
    makeRoom(one.address)
    done()
  })

  function add(one: Receiving): void {
    all.add(one)
    const ofAddress = byAddress.get(one.address) ?? new Set()
    byAddress.set(one.address, ofAddress.add(one))
  }

  function remove(one: Receiving): void {
    all.delete(one)
    const ofAddress = byAddress.get(one.address)
    ofAddress?.delete(one)
    if (ofAddress?.size === 0) byAddress.delete(one.address)
  }

  function makeRoom(address: string): void {
    const ofAddress = byAddress.get(address) ?? new Set()
    for (const oldest of ofAddress) {
      if (ofAddress.size <= bounds.bodiesPerAddressMax || !oldest.isSlow) break
      oldest.giveWay()
    }
    for (const oldest of all) {
      if (all.size <= bounds.bodiesMax) break
      oldest.giveWay()
    }
  }
}

export const receivingPlugin = fp(receiving, {
  name: 'receiving',
  dependencies: ['problem-details', 'forwarded-for'],
  fastify: '5.x',
})

/**
 * Does something later, after reading what has arrived by then: if the whole process was paused, a body may have arrived and not
 * be read yet.
 *
 * @returns calls it off.
 */
function afterReading(forMs: number, run: () => void): () => void {
  let immediate: NodeJS.Immediate | undefined
  const timer = setTimeout(() => {
    immediate = setImmediate(run)
  }, forMs)
  return () => {
    clearTimeout(timer)
    clearImmediate(immediate)
  }
}

const bodyless = new Set(['GET', 'HEAD'])

/** Whether a body is read before the request is worked on. */
export const hasBody = ({ method, headers }: FastifyRequest): boolean =>
  !bodyless.has(method) &&
  (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0)

/** Ends the reading of a body, which answers the request and closes its connection. */
const refuse = (raw: IncomingMessage): void => void raw.emit('error', new Problem('request_timeout'))

/** Time for what a client has sent before it could read our answer: a round trip or two, on bad lines too. */
const lingerMs = 2_000
/** A client that sends more than this after its answer does not read answers. */
const lingerBytesMax = 8 * 1024 * 1024

/**
 * An answer may come before its request has been read: the body is too large, or the caller is refused. If the connection
 * is closed while bytes of the body still arrive, the system resets it, and the client loses the answer with it. So a
 * connection that ends is read on for a moment.
 */
async function lingeringClose(app: FastifyInstance) {
  app.addHook('onSend', ({ raw }, _reply, _payload, done) => {
    const { socket } = raw
    if (!raw.complete && socket instanceof Socket) {
      // Node calls this after the answer, if the connection ends with it.
      socket.destroySoon = () => (raw.complete ? closeOnceWritten(socket) : linger(socket))
    }
    done()
  })
}

export const lingeringClosePlugin = fp(lingeringClose, { name: 'lingering-close', fastify: '5.x' })

/** Ends a connection. What still arrives is read for a moment and dropped; it never becomes another request. */
function linger(socket: Socket): void {
  const before = socket.bytesRead
  const timer = setTimeout(() => socket.destroy(), lingerMs)
  socket.once('close', () => clearTimeout(timer))
  socket.once('end', () => closeOnceWritten(socket))
  // Node's parser is one of these listeners.
  socket.removeAllListeners('data')
  socket.on('data', () => {
    if (socket.bytesRead - before > lingerBytesMax) socket.destroy()
  })
  socket.resume()
  socket.end()
}

const closeOnceWritten = (socket: Socket) => Socket.prototype.destroySoon.call(socket)
