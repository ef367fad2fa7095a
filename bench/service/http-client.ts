import { connect, type Socket } from 'node:net'

/**
 * A client that costs little beside what it measures: it writes ready bytes and reads of an answer no more than where it ends. Each
 * request takes a connection that is free, or a new one.
 */
export interface HttpClient {
  /** @returns the status; 0 where the connection broke. */
  ask(bytes: string): Promise<number>
  close(): void
}

export function createHttpClient(url: string): HttpClient {
  const { hostname, port } = new URL(url)
  const open = new Set<Connection>()
  const free: Connection[] = []

  return {
    async ask(bytes) {
      // One that was free for long may have been closed by the other side.
      let connection = free.pop()
      while (connection && !connection.isUsable()) connection = free.pop()
      connection ??= openConnection(hostname, Number(port))
      open.add(connection)
      const status = await connection.ask(bytes)
      if (connection.isUsable()) free.push(connection)
      else open.delete(connection)
      return status
    },
    close() {
      for (const connection of open) connection.destroy()
    },
  }
}

interface Connection {
  ask(bytes: string): Promise<number>
  isUsable(): boolean
  destroy(): void
}

function openConnection(host: string, port: number): Connection {
  const socket: Socket = connect({ host, port, noDelay: true })
  let received: Buffer | null = null
  let done: ((status: number) => void) | null = null
  let mayStay = true

  function end(status: number): void {
    received = null
    const told = done
    done = null
    told?.(status)
  }
  socket.on('data', (bytes) => {
    received = received === null ? bytes : Buffer.concat([received, bytes])
    const headEnd = received.indexOf('\r\n\r\n')
    if (headEnd === -1) return
    const head = received.toString('latin1', 0, headEnd)
    const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1]
    const isWhole =
      length === undefined
        ? received.toString('latin1', received.length - 5) === '0\r\n\r\n'
        : received.length >= headEnd + 4 + Number(length)
    if (!isWhole) return
    if (/\r\nconnection: close/i.test(head)) mayStay = false
    end(Number(head.slice(9, 12)))
  })
  const lose = () => {
    mayStay = false
    end(0)
  }
  socket.on('error', lose).on('close', lose)

  return {
    ask(bytes) {
      return new Promise((resolve) => {
        done = resolve
        socket.write(bytes)
      })
    },
    isUsable: () => mayStay && !socket.destroyed,
    destroy: () => socket.destroy(),
  }
}
