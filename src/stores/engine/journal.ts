import { promises, statSync } from 'node:fs'

/**
 * The journal of an open SQLite file, and a wait for the disk that does not block the event loop. SQLite itself would wait within
 * the commit and stop the whole process meanwhile. One wait serves all writes that were committed before it began.
 */
export interface Journal {
  /** Whether we can wait for the disk here. If not, SQLite has to wait by itself. */
  isOpen(): boolean
  /** Resolves once all that has been committed by now is on the disk. */
  flush(): Promise<void>
  /** Resolves once what others wait for at this moment is on the disk; at once where they wait for nothing. */
  settled(): Promise<void>
  /** @throws Error once a wait has failed: nothing more may be written then. */
  refuseFailed(): void
  close(): void
}

/** Where a file lies on the disk; null where there is none. */
export const placeIn = (found: { readonly dev: bigint; readonly ino: bigint } | undefined): string | null =>
  found ? `${found.dev} ${found.ino}` : null

/** @param path of the journal, which SQLite has made and keeps open. */
export function openJournal(path: string): Journal {
  const place = placeIn(statSync(path, { bigint: true, throwIfNoEntry: false }))
  let handle: promises.FileHandle | null = null
  let isClosed = false
  let failure: Error | null = null
  let running: Promise<void> | null = null
  let next: Promise<void> | null = null

  async function prepare(): Promise<void> {
    const opened = await promises.open(path, 'r+')
    // Tried once: Node's permission model forbids some functions, and some file systems lack others.
    const isAble = await opened.datasync().then(
      () => true,
      () => false,
    )
    const isSame = placeIn(await opened.stat({ bigint: true })) === place
    // SQLite has no locks on its journal, so closing it here ends none.
    if (isAble && isSame && !isClosed) handle = opened
    else await opened.close()
  }
  prepare().catch(() => {})

  async function wait(): Promise<void> {
    refuseFailed()
    if (!handle) throw new Error('The ledger is closed')
    try {
      await handle.datasync()
    } catch (cause) {
      // The system forgets what it could not write, so the next wait would succeed without it.
      failure = new Error('The disk did not take the journal of the ledger', { cause })
      throw failure
    }
  }

  function begin(): Promise<void> {
    const begun = wait().finally(() => {
      if (running === begun) running = null
    })
    running = begun
    return begun
  }

  function refuseFailed(): void {
    if (failure) throw failure
  }

  return {
    isOpen: () => handle !== null,
    flush() {
      if (next) return next
      if (!running) return begin()
      const begun = running
        .catch(() => {})
        .then(() => {
          next = null
          return begin()
        })
      next = begun
      return begun
    },
    async settled() {
      await (next ?? running)
    },
    refuseFailed,
    close() {
      isClosed = true
      handle?.close().catch(() => {})
      handle = null
    },
  }
}
