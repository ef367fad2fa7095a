/** Time that passes only when a test says so. */
export function createClock(startAt = Date.now()) {
  let time = startAt
  return {
    now: () => time,
    advance(ms: number): void {
      time += ms
    },
  }
}
