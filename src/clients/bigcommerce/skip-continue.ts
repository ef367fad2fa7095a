import type { Socket } from 'node:net'

/** The bytes that an interim answer begins with. */
const interimStart = Buffer.from('HTTP/1.1 100')
const headEnd = '\r\n\r\n'
/** A head that is longer is none; whoever parses it next will say so. */
const heldBytesMax = 16 * 1024

/**
 * Takes `100 Continue` out of what a connection brings before an answer. A client must accept one that it has not asked
 * for (RFC 9110 §15.2), and proxies send it; undici takes it for a broken answer. For connections that carry one request
 * at a time: whatever was written last, the next thing that comes is the head of an answer.
 */
export function skipContinue(socket: Socket): Socket {
  const read = socket.read.bind(socket)
  const write = socket.write.bind(socket) as (...given: unknown[]) => boolean
  let isBeforeAnswer = true
  let held: Buffer = Buffer.alloc(0)

  return Object.assign(socket, {
    write(...given: unknown[]) {
      isBeforeAnswer = true
      return write(...given)
    },
    read(size?: number): Buffer | null {
      while (isBeforeAnswer) {
        const chunk: Buffer | null = read()
        if (chunk === null) return null
        held = withoutContinue(Buffer.concat([held, chunk]))
        if (held.length > 0 && !mayBeContinue(held)) {
          isBeforeAnswer = false
          const answer = held
          held = Buffer.alloc(0)
          return answer
        }
      }
      return read(size)
    },
  })
}

/** The bytes without the interim answers at their beginning, as far as those have come whole. */
function withoutContinue(bytes: Buffer): Buffer {
  let rest = bytes
  while (rest.length >= interimStart.length && mayBeContinue(rest)) {
    const end = rest.indexOf(headEnd)
    if (end < 0) break
    rest = rest.subarray(end + headEnd.length)
  }
  return rest
}

const mayBeContinue = (bytes: Buffer): boolean =>
  bytes.length < heldBytesMax &&
  bytes.subarray(0, interimStart.length).equals(interimStart.subarray(0, bytes.length))
