import { hash } from 'node:crypto'
import { decodeJwt } from 'jose'
import type { Caller, VerifyCallerToken } from '../../domain/caller.ts'
import type { Clock } from '../../domain/clock.ts'

export interface RememberedCallersOptions {
  readonly verifyCallerToken: VerifyCallerToken
  /** The key that verifies at the moment: when it changes, every caller is verified again. */
  readonly keyInUse: () => unknown
  readonly now: Clock
}

/** A key that the issuer withdraws is believed this much longer; a client polling an order comes again well within it. */
const rememberedMs = 60_000
/** Two kilobytes each at most, by the hundred orders that a token may name. */
const rememberedMax = 1_000

/**
 * Remembers who a token has proven its caller to be, because checking a signature is the costliest part of a read. Only
 * verified callers are remembered, never past the token's end, and under the token's hash: memory holds no token.
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
    // The key was replaced while it verified: this answer stands, but is not remembered.
    if (keyInUse() !== keyBefore) return caller
    remembered.delete(name)
    const [oldest] = remembered.keys()
    if (remembered.size >= rememberedMax && oldest !== undefined) remembered.delete(oldest)
    remembered.set(name, { caller, untilMs: Math.min(now() + rememberedMs, endMsOf(callerToken)) })
    return caller
  }
}

const endMsOf = (verifiedToken: string) => (decodeJwt(verifiedToken).exp ?? 0) * 1_000
