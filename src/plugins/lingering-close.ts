import { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'

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
  app.addHook('onSend', async ({ raw }) => {
    const { socket } = raw
    if (raw.complete || !(socket instanceof Socket)) return
    // Node calls this after the answer, if the connection ends with it.
    socket.destroySoon = () => (raw.complete ? closeOnceWritten(socket) : linger(socket))
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
