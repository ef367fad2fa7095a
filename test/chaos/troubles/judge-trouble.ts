import type { Violation } from '../promises.ts'
import type { Told } from '../told.ts'
import type { Probe } from './probes.ts'
import type { Trouble } from './troubles.ts'

type Heard = Pick<Probe, 'orderId' | 'beganAtMs' | 'heard'>

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

/**
 * A refusal later than ten seconds after the trouble was over breaks a promise, and so does any refusal of a customer who only
 * begins then.
 */
export function judgeTrouble(
  { name, kills = false }: Pick<Trouble, 'name' | 'kills'>,
  probes: readonly Heard[],
  endedMs: number,
): Violation[] {
  const calmFromMs = endedMs + refusedMsMax
  return probes.flatMap(({ orderId, beganAtMs, heard }) => {
    const late = heard.filter(({ askedAtMs }) => askedAtMs > calmFromMs)
    const isOwn = ({ code }: Told) => kills && beganAtMs < endedMs && code === 'request_in_progress'
    const refusal = late.find((told) => isRefused(told) && !isOwn(told))
    const isLate = beganAtMs > calmFromMs && heard[0] !== undefined && !isPaid(heard[0])
    const told = refusal ?? (isLate ? heard[0] : undefined)
    if (!told) return []
    const after = Math.round((told.askedAtMs - endedMs) / 1_000)
    const what = `${after} s after ${name}: ${told.status ?? told.text} ${told.code ?? ''}`
    return [{ promise: 'served' as const, orderId, what }]
  })
}
