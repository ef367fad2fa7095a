/** Checks that no window, wherever it begins, has more payments than BigCommerce allows. */
export function createWindow(limit: number, windowMs: number, broken: (what: string) => void) {
  const arrived: number[] = []
  return function arrive(nowMs: number): void {
    arrived.push(nowMs)
    while (nowMs - (arrived[0] ?? nowMs) >= windowMs) arrived.shift()
    if (arrived.length > limit)
      broken(`5: ${arrived.length} payments within ${windowMs} ms, where ${limit} are allowed`)
  }
}
