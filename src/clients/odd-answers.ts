import type { Socket } from 'node:net'
import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib'
import { buildConnector } from 'undici'

/*
 * What proxies before the servers of others do with answers, and what they may.
 */

/** Cookies and policies of everything on the way have been seen to add up to 20 kB; Node and undici take 16. */
export const HEADER_BYTES_MAX = 64 * 1024
/** The largest answer, decompressed: a compressed one must not unfold without an end. */
const bodyBytesMax = 1024 * 1024

const decompress: Readonly<Record<string, (body: Buffer, limit: { maxOutputLength: number }) => Buffer>> = {
  gzip: gunzipSync,
  'x-gzip': gunzipSync,
  br: brotliDecompressSync,
  // Some servers leave the envelope out that `deflate` means (RFC 9110 §8.4.1.2).
  deflate(body, limit) {
    try {
      return inflateSync(body, limit)
    } catch {
      return inflateRawSync(body, limit)
    }
  },
}

/** Takes a byte-order mark away. */
const utf8 = new TextDecoder()

/** A body as JSON; undefined where it is none. */
export function jsonIn(body: Buffer, encoding: string | string[] | undefined): unknown {
  try {
    const decode = decompress[String(encoding ?? '').toLowerCase()]
    const plain = decode ? decode(body, { maxOutputLength: bodyBytesMax }) : body
    return JSON.parse(utf8.decode(plain))
  } catch {
    return undefined
  }
}

const nothing = Buffer.alloc(0)
/** The bytes that an interim answer begins with. */
const interimStart = Buffer.from('HTTP/1.1 100')
const headEnd = '\r\n\r\n'
/** A longer head is not valid; the parser that reads it next says so. */
const heldBytesMax = 16 * 1024

/** Makes connections that carry one request at a time, and drops interim answers that we did not ask for. */
export function buildTolerantConnector(timeoutMs: number): buildConnector.connector {
  const connect = buildConnector({ timeout: timeoutMs, allowH2: false })
  return (target, done) =>
    connect(target, (...result) => (result[1] ? done(null, skipContinue(result[1])) : done(...result)))
}

/**
 * Takes `100 Continue` out of what a connection brings before an answer. A client must accept one that it has not asked
 * for (RFC 9110 §15.2), and proxies send it; undici takes it for a broken answer. For connections that carry one request
 * at a time: whatever was written last, the next thing that comes is the head of an answer.
 */
export function skipContinue(socket: Socket): Socket {
  const read = socket.read.bind(socket)
  const write = socket.write.bind(socket) as (...given: unknown[]) => boolean
  let isBeforeAnswer = true
  let held: Buffer = nothing

  return Object.assign(socket, {
    write(...given: unknown[]) {
      isBeforeAnswer = true
      return write(...given)
    },
    read(size?: number): Buffer | null {
      while (isBeforeAnswer) {
        const chunk: Buffer | null = read()
        if (chunk === null) return null
        held = withoutContinue(held.length === 0 ? chunk : Buffer.concat([held, chunk]))
        if (held.length > 0 && !mayBeContinue(held)) {
          isBeforeAnswer = false
          const answer = held
          held = nothing
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

function mayBeContinue(bytes: Buffer): boolean {
  const length = Math.min(bytes.length, interimStart.length)
  return bytes.length < heldBytesMax && bytes.compare(interimStart, 0, length, 0, length) === 0
}
