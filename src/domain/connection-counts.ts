/** How a pool of connections stands at one moment. */
export interface ConnectionCounts {
  readonly open: number
  readonly idle: number
  /** Requests that wait for a connection. */
  readonly waiting: number
}

/** Is given a way to read how a pool stands, now and later. */
export type WatchConnections = (read: () => ConnectionCounts) => void
