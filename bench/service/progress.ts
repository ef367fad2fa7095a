/** A bar in a terminal, plain lines elsewhere. */
export function createProgress(total: number) {
  const startMs = performance.now()
  let done = 0
  return {
    /** Says what is being done now. */
    say(what: string): void {
      const share = Math.min(1, done / total)
      const seconds = Math.round((performance.now() - startMs) / 1_000)
      if (!process.stdout.isTTY)
        return void process.stdout.write(`${Math.floor(share * 100)} %, ${seconds} s: ${what}\n`)
      const bar = '█'.repeat(Math.round(share * 30)).padEnd(30, '░')
      process.stdout.write(`\r\x1b[K${bar} ${Math.floor(share * 100)} % ${what}`)
    },
    step(): void {
      done++
    },
    end(): void {
      if (process.stdout.isTTY) process.stdout.write('\r\x1b[K')
    },
  }
}
export type Progress = ReturnType<typeof createProgress>
