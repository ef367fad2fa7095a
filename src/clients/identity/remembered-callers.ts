import { hash } from 'node:crypto'
import { decodeJwt } from 'jose'
import type { Caller, VerifyCallerToken } from '../../domain/caller.ts'
import type { Clock } from '../../domain/clock.ts'

export interface RememberedCallersOptions {
  readonly verifyCallerToken: VerifyCallerToken
  /** What verifies at the moment: when it changes, everybody is verified anew. */
  readonly keyInUse: () => unknown
  readonly now: Clock
}

/** A key that the issuer withdraws is believed this much longer; a client polling an order comes again well within it. */
const rememberedMs = 60_000
/** Two kilobytes each at most, by the hundred orders that a token may name. */
const rememberedMax = 1_000

/**
 * Remembers whom a token has proven to be, since checking a signature costs more than anything else of a read. Only
 * who was verified is remembered, never past the token's end, and by the token's hash: nobody gets a token out of memory.
 */
export function createRememberedCallers(options: RememberedCallersOptions): VerifyCallerToken {
  const { verifyCallerToken, keyInUse, now } = options
  const remembered = new Map<string, { readonly caller: Caller; readonly untilMs: number }>()
  let key = keyInUse()

  return async function verifyOrRemember(callerToken) {
    if (keyInUse() !== key) remembered.clear()
    key = keyInUse()
    const name = hash('sha256', callerToken)
    const known = remembered.get(name)
    if (known && now() < known.untilMs) return known.caller

    const keyBefore = key
    const caller = await verifyCallerToken(callerToken)
    // Verified by a key that was taken away meanwhile: true when it was asked, but not to be believed again.
    if (keyInUse() !== keyBefore) return caller
    remembered.delete(name)
    const [oldest] = remembered.keys()
    if (remembered.size >= rememberedMax && oldest !== undefined) remembered.delete(oldest)
    remembered.set(name, { caller, untilMs: Math.min(now() + rememberedMs, endMsOf(callerToken)) })
    return caller
  }
}

const endMsOf = (verifiedToken: string) => (decodeJwt(verifiedToken).exp ?? 0) * 1_000
