/** Runs something later; at once, within the call, where there is nothing to wait for. @returns how to call it off. */
export type After = (delayMs: number, run: () => void) => () => void
