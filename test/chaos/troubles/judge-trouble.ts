import type { ChargeRequest } from '../charge-requests.ts'
import type { Violation } from '../promises.ts'
import { LOST_PATIENCE, type Told } from '../told.ts'
import type { Probe } from './probes.ts'
import type { Trouble } from './troubles.ts'

type Heard = Pick<Probe, 'orderId' | 'beganAtMs' | 'heard'> & Partial<Pick<Probe, 'checkoutId'>>

/** No customer with a good card and an order of their own is refused for longer than this after the trouble is over. */
const refusedMsMax = 10_000

export const isPaid = ({ payments }: Told) => payments.some(({ status }) => status === 'success')
const isRefused = ({ status }: Told) => status === null || status >= 400

/** How those who wanted to pay fared while a trouble lasted, and after it. */
export function timesOf(
  probes: readonly Heard[],
  { beganMs, endedMs }: { readonly beganMs: number; readonly endedMs: number },
) {
  const heard = probes.flatMap(({ heard: own }) => own)
  const paid = heard.filter(({ key, ...told }) => key !== null && told.status === 201).map(({ atMs }) => atMs)
  const during = [beganMs, ...paid.filter((atMs) => atMs > beganMs).sort((one, other) => one - other)]
  const pauses = during.slice(1).map((atMs, index) => atMs - (during[index] ?? atMs))
  const first = paid.filter((atMs) => atMs >= endedMs).sort((one, other) => one - other)[0]
  const refused = heard.filter((told) => isRefused(told) && told.askedAtMs > endedMs)
  const lastRefusedAtMs = refused
    .map(({ atMs }) => atMs)
    .sort((one, other) => one - other)
    .at(-1)
  return {
    longestPauseMs: Math.max(0, ...pauses),
    firstPaidMs: first === undefined ? null : first - endedMs,
    lastRefusedMs: lastRefusedAtMs === undefined ? null : lastRefusedAtMs - endedMs,
  }
}

export interface TroubleEvidence {
  readonly probes: readonly Heard[]
  readonly beganMs: number
  readonly endedMs: number
  /** The charges that arrived at BigCommerce, of probes and of all others. */
  readonly requests: readonly Pick<ChargeRequest, 'atMs' | 'isTurnedAway'>[]
}

/**
 * A refusal later than ten seconds after the trouble was over breaks a promise, and so does any refusal of a customer who only
 * begins then, or whom the trouble does nothing to. The store's allowance may be used up then as ever: a 429 is right as far as what
 * arrived at BigCommerce shows that it was, and so is a payment that waits in line for longer than its shopper does.
 */
export function judgeTrouble(
  { name, kills = false, spares = () => false }: Pick<Trouble, 'name' | 'kills' | 'spares'>,
  { probes, beganMs, endedMs, requests }: TroubleEvidence,
): Violation[] {
  return probes.flatMap((probe) => {
    const { orderId, beganAtMs, heard } = probe
    const calmFromMs = spares(probe) ? beganMs : endedMs + refusedMsMax
    const late = heard.filter(({ askedAtMs }) => askedAtMs > calmFromMs)
    const isOwn = ({ code }: Told) => kills && beganAtMs < endedMs && code === 'request_in_progress'
    const isRight = (told: Told & { askedAtMs: number }) =>
      isOwn(told) ||
      (told.code === 'payment_rate_limited' && wasUsedUp(requests, told)) ||
      (told.text === LOST_PATIENCE && wasInLine(requests, told))
    const refusal = late.find((told) => isRefused(told) && !isRight(told))
    const [first] = heard
    const isLate = beganAtMs > calmFromMs && first !== undefined && !isPaid(first) && !isRight(first)
    const told = refusal ?? (isLate ? first : undefined)
    if (!told) return []
    const after = Math.round((told.askedAtMs - endedMs) / 1_000)
    const what = `${after} s after ${name}: ${told.status ?? told.text} ${told.code ?? ''}`
    return [{ promise: 'served' as const, orderId, what }]
  })
}

/** What a payment may wait for its turn. */
const patienceMs = 5_000
/** However the times fall, so many of the fifty leave within five seconds where nothing is left of them. */
const usedUpMin = 45
/** BigCommerce does not say for how long a 429 holds: one window of the allowance, and then the permits leave within a second. */
const heldMs = 5_000

/**
 * Whether a payment could not be sent within its patience: the allowance was used by others, in the time that it might have
 * waited and as long beyond it as BigCommerce itself kept all payments back with a 429.
 */
function wasUsedUp(
  requests: TroubleEvidence['requests'],
  { askedAtMs, atMs }: { readonly askedAtMs: number; readonly atMs: number },
): boolean {
  let untilMs = atMs + patienceMs
  const inTime = requests.filter((request) => request.atMs > askedAtMs - heldMs)
  for (const request of inTime.toSorted((one, other) => one.atMs - other.atMs))
    if (request.isTurnedAway && request.atMs <= untilMs) untilMs = Math.max(untilMs, request.atMs + heldMs)
  const departed = inTime.filter((request) => request.atMs >= askedAtMs && request.atMs <= untilMs)
  return departed.length >= usedUpMin
}

/** Whether others used the allowance all the while that a payment was waited for: in each five seconds of it as much as is left to use. */
function wasInLine(
  requests: TroubleEvidence['requests'],
  { askedAtMs, atMs }: { readonly askedAtMs: number; readonly atMs: number },
): boolean {
  const departed = (fromMs: number) =>
    requests.filter((request) => request.atMs >= fromMs && request.atMs < fromMs + patienceMs).length
  const turns = Array.from(
    { length: Math.floor((atMs - askedAtMs) / patienceMs) },
    (_, turn) => askedAtMs + turn * patienceMs,
  )
  return turns.length > 0 && turns.every((fromMs) => departed(fromMs) >= usedUpMin)
}
