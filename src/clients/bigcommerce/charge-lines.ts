import type { Socket } from 'node:net'
import { buildConnector } from 'undici'

/** A connection to the payments host on which nothing was sent. */
export interface ChargeLine {
  /** Whether it was dialled before its charge was there. */
  readonly isAhead: boolean
  /** @throws Error where dialling failed. */
  readonly dialled: Promise<Socket>
  /** Whether the other side has neither closed it nor sent anything unasked. */
  isGood(): boolean
  /** Stops watching it: from now on it is the charge's. */
  hand(): void
}

export interface ChargeLines {
  /** Dials for a charge that is being prepared. */
  dialAhead(): void
  /** A line that was dialled ahead, or is being so; else one that is dialled now. */
  take(): ChargeLine
  /** One that is dialled now. */
  dial(): ChargeLine
}

/** Dialling longer than this is given up while it is still certain that nothing was sent. */
const connectTimeoutMs = 3_000
/**
 * A line that was dialled ahead is given up after this. Servers wait five seconds and more for the first request, and a charge must
 * not meet one that closes just then: its outcome would be unknown for no good reason (decision 0003).
 */
const keptMs = 3_000
/** More payments than these are not prepared at the same time; a line that finds no room is dialled in its turn. */
const linesMax = 64

/** @param url of the payments host. */
export function createChargeLines(url: URL): ChargeLines {
  // HTTP/1.1 only: over HTTP/2 the client library itself repeats a stream that was refused, and a charge with it.
  const connect = buildConnector({ timeout: connectTimeoutMs, allowH2: false })
  const target = {
    host: url.host,
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    protocol: url.protocol,
    port: url.port,
  }
  /** Oldest first. */
  const ahead: Watched[] = []

  function dialled(isAhead: boolean): Watched {
    const socket = new Promise<Socket>((resolve, reject) => {
      connect(target, (error, connected) => {
        if (connected) resolve(connected)
        else reject(error ?? new Error('not connected'))
      })
    })
    return watch(socket, isAhead)
  }

  function forget(line: Watched): boolean {
    const index = ahead.indexOf(line)
    if (index !== -1) ahead.splice(index, 1)
    return index !== -1
  }

  return {
    dialAhead() {
      if (ahead.length >= linesMax) return
      const line = dialled(true)
      ahead.push(line)
      setTimeout(() => {
        if (forget(line)) line.close()
      }, keptMs).unref()
    },
    take() {
      for (let line = ahead.shift(); line; line = ahead.shift()) {
        if (line.isGood()) return line
        line.close()
      }
      return dialled(false)
    },
    dial: () => dialled(false),
  }
}

interface Watched extends ChargeLine {
  close(): void
}

function watch(dialled: Promise<Socket>, isAhead: boolean): Watched {
  let isGood = true
  let stop = () => {}
  const lose = () => {
    isGood = false
  }
  const watched = dialled.then((socket) => {
    // That the other side has ended is only told to a socket that reads.
    const read = () => {
      if (socket.read() !== null) lose()
    }
    socket.on('error', lose).on('end', lose).on('close', lose).on('readable', read)
    stop = () => {
      socket.off('end', lose).off('close', lose).off('readable', read)
      if (isGood) socket.off('error', lose)
    }
    return socket
  })
  watched.catch(lose)
  return {
    isAhead,
    dialled: watched,
    isGood: () => isGood,
    hand: () => stop(),
    close: () =>
      void watched.then(
        (socket) => socket.destroy(),
        () => {},
      ),
  }
}
