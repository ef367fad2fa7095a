import { setTimeout as sleep } from 'node:timers/promises'
import { attemptsOf } from '../attempts.ts'
import type { ChargeRequests } from '../charge-requests.ts'
import { isUnsettled } from '../judge-run.ts'
import type { Violation } from '../promises.ts'
import type { Told } from '../told.ts'
import { isPaid, judgeTrouble, timesOf } from './judge-trouble.ts'
import { type Probe, sendProbes } from './probes.ts'
import type { Trouble, TroubleSurroundings } from './troubles.ts'

/** One trouble, and how it went for those who wanted to pay meanwhile and afterwards. */
export interface TroubleMet {
  readonly name: string
  readonly lastedMs: number
  readonly probes: number
  /** The longest time from one payment that went through to the next, while it lasted and after it. */
  readonly longestPauseMs: number
  /** From its end until the first payment went through; 0 where one was answered as it ended. Null for never. */
  readonly firstPaidMs: number | null
  /** From its end until the last refusal; null where no customer was refused after it. */
  readonly lastRefusedMs: number | null
  /** From its end until every payment that was charged by then had come to its end; null for not in time. */
  readonly allSettledMs: number | null
  /** Of the payments that were begun before its end: those of which BigCommerce shows nothing. */
  readonly held: number
  readonly violations: readonly Violation[]
}

export interface MeetTroublesOptions extends TroubleSurroundings {
  readonly requests: ChargeRequests
  readonly heard: (told: Told) => void
  readonly say: (line: string) => void
  /** Keeps everything else from going wrong while it is true. */
  readonly setQuiet: (isQuiet: boolean) => void
}

/** A trouble begins when all has been well for so long; where that does not come about, it would be judged for another's. */
const wellForMs = 4_000
const wellWithinMs = 60_000
/** So long after it, so that all may be seen to be well again. */
const afterMs = 22_000
const settledWithinMs = 90_000

/**
 * Meets one trouble, with nothing else going wrong, and judges what those who want to pay are told.
 *
 * @returns nothing met where payments did not go through before it either: the machine has too much to do.
 */
export async function meetTrouble(trouble: Trouble, options: MeetTroublesOptions) {
  const { fleet, setQuiet, say } = options
  setQuiet(true)
  await fleet.idle()
  const probes = sendProbes(options)
  if (!(await becomesWell(probes.all))) {
    say(`SKIPPED ${trouble.name}: payments did not go through before it either.`)
    await probes.end()
    setQuiet(false)
    return { met: null, probes: probes.all }
  }
  say(`${trouble.name} begins`)
  const beganMs = Date.now()
  await trouble.meet(options)
  const endedMs = Date.now()
  say(`${trouble.name} is over`)
  const settling = untilSettled(options, probes.all, endedMs)
  await sleep(afterMs)
  await probes.end()
  const settled = await settling
  options.requests.collect()
  setQuiet(false)
  const met: TroubleMet = {
    name: trouble.name,
    lastedMs: endedMs - beganMs,
    probes: probes.all.length,
    ...settled,
    ...timesOf(probes.all, { beganMs, endedMs }),
    violations: judgeTrouble(trouble, {
      probes: probes.all,
      beganMs,
      endedMs,
      requests: options.requests.list(),
    }),
  }
  return { met, probes: probes.all }
}

async function becomesWell(probes: readonly Probe[]): Promise<boolean> {
  const untilMs = Date.now() + wellWithinMs
  while (Date.now() < untilMs) {
    await sleep(wellForMs / 4)
    const sinceMs = Date.now() - wellForMs
    const answers = probes.flatMap(({ heard }) => heard.filter(({ atMs }) => atMs > sinceMs))
    const began = probes[0]?.beganAtMs ?? Number.POSITIVE_INFINITY
    if (began <= sinceMs && answers.length > 0 && answers.every(isPaid)) return true
  }
  return false
}

async function untilSettled(
  { database, sandbox, requests }: MeetTroublesOptions,
  probes: readonly Probe[],
  endedMs: number,
): Promise<{ allSettledMs: number | null; held: number }> {
  const meant = probes.filter(({ beganAtMs }) => beganAtMs < endedMs)
  const orders = new Set(meant.map(({ orderId }) => orderId))
  const checkouts = new Set(meant.map(({ checkoutId }) => checkoutId))
  while (true) {
    requests.collect()
    const rows = (await database.readLedger()).filter(
      ({ orderId, cartId }) => orders.has(orderId) || (cartId !== null && checkouts.has(cartId)),
    )
    const attempts = attemptsOf(rows, requests.list(), sandbox.charges())
    const elapsedMs = Date.now() - endedMs
    if (!attempts.some(isUnsettled)) {
      const held = attempts.filter(({ row }) => row?.status === 'unknown').length
      return { allSettledMs: elapsedMs, held }
    }
    if (elapsedMs > settledWithinMs) return { allSettledMs: null, held: 0 }
    await sleep(250)
  }
}
