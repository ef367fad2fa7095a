import { z } from 'zod'

/** Moves by so much, or stands off from the real time by so much. Both in milliseconds, either may be negative. */
export const ClockChangeSchema = z.union([
  z.strictObject({ advance_ms: z.int() }),
  z.strictObject({ offset_ms: z.int() }),
])
export type ClockChange = z.infer<typeof ClockChangeSchema>

export type ClockReport = { readonly now: string; readonly offset_ms: number }

/** BigCommerce's clock, which can be moved away from the machine's. */
export function createClock(realNow: () => number) {
  let offsetMs = 0
  const now = () => realNow() + offsetMs

  return {
    now,
    change(change: ClockChange): void {
      offsetMs = 'offset_ms' in change ? change.offset_ms : offsetMs + change.advance_ms
    },
    report: (): ClockReport => ({ now: new Date(now()).toISOString(), offset_ms: offsetMs }),
  }
}
