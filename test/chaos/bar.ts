/**
 * A line of progress as a terminal shows it: with a bar, over the one before.
 *
 * @param line e.g. `postgres: 25 s, 201 orders, …`; one that tells no time has no bar.
 * @param seconds that the part of the run takes.
 */
export function withBar(line: string, seconds: number): string {
  const elapsed = Number(/: (\d+) s, /.exec(line)?.[1] ?? Number.NaN)
  if (Number.isNaN(elapsed)) return `\r\x1b[K${line}`
  const filled = Math.round(Math.min(1, elapsed / seconds) * 30)
  return `\r\x1b[K${'█'.repeat(filled).padEnd(30, '░')} ${line}`
}
