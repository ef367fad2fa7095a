/** npm passes on what the terminal has already sent, so one Ctrl-C may arrive twice. */
const echoMs = 500

export interface StopSignal {
  readonly received: Promise<void>
  /** What a second, later Ctrl-C does. */
  onInsist(insist: () => void): void
}

/** Asks to be stopped by a signal, or by the reader of the output going away. */
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
    // Nobody reads any more (`npm run demo | head`): there is nothing left to show.
    process.stdout.once('error', hear)
  })
  return {
    received,
    onInsist(action) {
      insist = action
    },
  }
}
