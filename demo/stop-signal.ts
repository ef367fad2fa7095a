/** npm forwards the signal that the terminal has already sent, so one Ctrl-C may arrive twice. */
const echoMs = 500

export interface StopSignal {
  readonly received: Promise<void>
  /** What a second, later Ctrl-C does. */
  onInsist(insist: () => void): void
}

/** Resolves on a signal, or when the output is closed. */
export function listenForStop(): StopSignal {
  let insist = (): void => {}
  let firstAt = 0
  const received = new Promise<void>((resolve) => {
    const hear = (): void => {
      if (firstAt === 0) firstAt = performance.now()
      else if (performance.now() - firstAt > echoMs) insist()
      resolve()
    }
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, hear)
    // The output is closed (`npm run demo | head`), so there is nothing left to show.
    process.stdout.once('error', hear)
  })
  return {
    received,
    onInsist(action) {
      insist = action
    },
  }
}
