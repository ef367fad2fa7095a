import { createServer, type Socket } from 'node:net'
import {
  accessTokenOf,
  chargeOf,
  declined,
  methodsOf,
  orderOf,
  orderOfToken,
  transactionsOf,
} from './canned-answers.ts'
import type { UpstreamBehaviour, UpstreamSeen } from './upstream.ts'

/*
 * The canned BigCommerce: both hosts, in a process of its own. It reads and writes sockets itself, so that it takes a
 * tenth of the time of what is measured. A request is taken as the clients send it: a head, and a body with a length.
 */

let behaviour: UpstreamBehaviour = { tokenDelayMs: 0, chargeDelayMs: 0, readDelayMs: 0, failingShare: 0 }
const windowMs = 4_000

/** When each order was charged. */
const chargedAtMs = new Map<number, number>()
/** The moment at which the last access token of an order was answered. */
const tokenAnsweredMs = new Map<number, number>()
const openedMs = new WeakMap<Socket, number>()
const answers = new Map<number, Buffer>()
let seen = nothingSeen()
let inWindow: number[] = []
let readsNow = 0

function nothingSeen(): UpstreamSeen {
  return { calls: 0, charges: 0, tokens: 0, dialledBefore: 0, maxInWindow: 0, readsAtOnceMax: 0 }
}

const statuses: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  204: 'No Content',
  404: 'Not Found',
  422: 'Unprocessable Content',
}
// A generous quota, in the headers of every answer, as BigCommerce sends them.
const quota =
  'x-rate-limit-requests-left: 9999999\r\nx-rate-limit-requests-quota: 10000000\r\nx-rate-limit-time-reset-ms: 30000\r\nx-rate-limit-time-window-ms: 30000\r\n'

/** Made anew each second, as servers do. */
let date = new Date().toUTCString()
setInterval(() => {
  date = new Date().toUTCString()
}, 1_000)

const head = (status: number, bytes: number) =>
  `HTTP/1.1 ${status} ${statuses[status]}\r\ndate: ${date}\r\ncontent-type: application/json\r\n${quota}content-length: ${bytes}\r\n\r\n`

function answer(socket: Socket, status: number, body: string | Buffer): void {
  const bytes = Buffer.byteLength(body)
  if (typeof body === 'string') socket.write(head(status, bytes) + body)
  else {
    socket.cork()
    socket.write(head(status, bytes), 'latin1')
    socket.write(body)
    socket.uncork()
  }
}

function later(delayMs: number, work: () => void): void {
  if (delayMs === 0) work()
  else setTimeout(work, delayMs)
}

function read(socket: Socket, body: string | Buffer, status = 200): void {
  readsNow++
  seen.readsAtOnceMax = Math.max(seen.readsAtOnceMax, readsNow)
  later(behaviour.readDelayMs, () => {
    readsNow--
    answer(socket, status, body)
  })
}

/** Made once for each order that is listed: making them is not what a store's answer costs here. */
function cannedMethods(orderId: number): Buffer {
  let canned = answers.get(orderId)
  if (!canned) {
    canned = Buffer.from(methodsOf(orderId))
    answers.set(orderId, canned)
  }
  return canned
}

function mint(socket: Socket, text: string): void {
  const orderId = Number(/"id":\s*(\d+)/.exec(text)?.[1])
  seen.tokens++
  later(behaviour.tokenDelayMs, () => {
    tokenAnsweredMs.set(orderId, performance.now())
    answer(socket, 201, accessTokenOf(orderId))
  })
}

function charge(socket: Socket, requestHead: string): void {
  const orderId = orderOfToken(/authorization: PAT (\S+)/i.exec(requestHead)?.[1] ?? '')
  seen.charges++
  if ((openedMs.get(socket) ?? 0) < (tokenAnsweredMs.get(orderId) ?? 0)) seen.dialledBefore++
  tokenAnsweredMs.delete(orderId)
  const nowMs = performance.now()
  inWindow.push(nowMs)
  const from = inWindow.findIndex((at) => at > nowMs - windowMs)
  inWindow = inWindow.slice(from)
  seen.maxInWindow = Math.max(seen.maxInWindow, inWindow.length)
  // As if drawn by lot: orders that fail are not neighbours.
  const fate = (orderId * 7_919) % 1_000
  later(behaviour.chargeDelayMs, () => {
    // Of those that fail nine in ten are declined, and of one in ten the answer is lost after the charge.
    const isDeclined = fate < behaviour.failingShare * 900
    if (!isDeclined) chargedAtMs.set(orderId, Date.now())
    if (isDeclined) answer(socket, 422, declined)
    else if (fate < behaviour.failingShare * 1_000) socket.destroy()
    else answer(socket, 201, chargeOf(orderId))
  })
}

/** By the path of the request: who answers it, told the order of its address. */
const routes: readonly (readonly [RegExp, (request: Request, orderId: number) => void])[] = [
  [/\/v3\/payments\/methods\?order_id=(\d+)/, ({ socket }, orderId) => read(socket, cannedMethods(orderId))],
  [/\/v2\/orders\/(\d+)$/, ({ socket }, orderId) => read(socket, orderOf(orderId, chargedAtMs.has(orderId)))],
  [/\/v3\/orders\/(\d+)\/transactions/, ({ socket }, orderId) => readTransactions(socket, orderId)],
  [/\/v3\/payments\/access_tokens$/, ({ socket, body }) => mint(socket, body)],
  [/\/payments$/, ({ socket, head: requestHead }) => charge(socket, requestHead)],
]

interface Request {
  readonly socket: Socket
  readonly head: string
  readonly body: string
}

function readTransactions(socket: Socket, orderId: number): void {
  const atMs = chargedAtMs.get(orderId)
  if (atMs === undefined) read(socket, '', 204)
  else read(socket, transactionsOf(orderId, atMs))
}

function route(request: Request): void {
  seen.calls++
  const path = request.head.split(' ', 2)[1] ?? ''
  for (const [pattern, handle] of routes) {
    const match = pattern.exec(path)
    if (match) {
      handle(request, Number(match[1]))
      return
    }
  }
  answer(request.socket, 404, '{}')
}

const server = createServer({ noDelay: true }, (socket) => {
  openedMs.set(socket, performance.now())
  let received = ''
  socket.on('error', () => {})
  socket.on('data', (bytes) => {
    received += bytes.toString('latin1')
    for (;;) {
      const end = received.indexOf('\r\n\r\n')
      if (end === -1) return
      const requestHead = received.slice(0, end)
      const length = Number(/content-length: (\d+)/i.exec(requestHead)?.[1] ?? 0)
      const bodyEnd = end + 4 + length
      if (received.length < bodyEnd) return
      const body = received.slice(end + 4, bodyEnd)
      received = received.slice(bodyEnd)
      route({ socket, head: requestHead, body })
    }
  })
})

server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as { port: number }).port }))
process.on('message', (asked: UpstreamBehaviour | 'seen') => {
  if (asked === 'seen') {
    process.send?.(seen)
    seen = nothingSeen()
  } else {
    behaviour = asked
    process.send?.(seen)
  }
})
process.once('disconnect', () => process.exit())
