/** How a pool of connections stands at one moment. */
export interface ConnectionCounts {
  readonly open: number
  readonly idle: number
  /** Requests that wait for a connection. */
  readonly waiting: number
}

/** Takes note of a pool, to ask it later how it stands. */
export type WatchConnections = (read: () => ConnectionCounts) => void
