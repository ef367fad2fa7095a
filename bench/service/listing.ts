import { listing, proxiedListing, type TokenKind } from './callers.ts'
import { bigGuestOrders, bigOrders, type Orders, smallGuestOrders, smallOrders } from './canned-answers.ts'
import { closedLoop, inTurn } from './load.ts'
import type { MeasuredProcess } from './measured-process.ts'
import type { TargetName } from './targets.ts'

/** One thing that is listed, by one kind of caller, over so many connections. */
export interface ListingCase {
  readonly size: '1.1 kB' | '6.2 kB'
  /** Answers that differ, every other one with stored instruments; or guests' orders, whose answers are the same. */
  readonly answers: 'read anew' | 'seen before'
  readonly token: TokenKind
  readonly connections: number
}

const usual = { token: 'order_ids', connections: 64 } as const

export const LISTING_CASES: readonly ListingCase[] = [
  { size: '1.1 kB', answers: 'read anew', ...usual },
  { size: '1.1 kB', answers: 'seen before', ...usual },
  { size: '6.2 kB', answers: 'read anew', ...usual },
  { size: '6.2 kB', answers: 'seen before', ...usual },
  { size: '1.1 kB', answers: 'read anew', token: 'customer_id', connections: 64 },
  { size: '1.1 kB', answers: 'read anew', token: 'orders:any', connections: 64 },
  { size: '1.1 kB', answers: 'read anew', token: 'order_ids, one each', connections: 64 },
  { size: '1.1 kB', answers: 'read anew', token: 'order_ids', connections: 8 },
  { size: '1.1 kB', answers: 'seen before', token: 'order_ids', connections: 8 },
  { size: '6.2 kB', answers: 'read anew', token: 'order_ids', connections: 8 },
]

export interface ListingTurn {
  readonly target: TargetName
  readonly case: ListingCase
  readonly cpuMsPerRequest: number
  readonly perSecond: number
  readonly failures: number
}

/** Signing tokens is not to be paid for while listing is measured, so requests are made beforehand, each once. */
const made = new Map<string, readonly string[]>()

export function listingRequests(
  target: TargetName,
  { size, answers, token }: ListingCase,
): readonly string[] {
  const key = [target === 'proxy', size, answers, token].join()
  let requests = made.get(key)
  if (!requests) {
    const { first, count } = ordersOf(size, answers)
    requests = Array.from({ length: count }, (_, index) =>
      target === 'proxy' ? proxiedListing(first + index) : listing(first + index, token),
    )
    made.set(key, requests)
  }
  return requests
}

function ordersOf(size: ListingCase['size'], answers: ListingCase['answers']): Orders {
  if (size === '1.1 kB') return answers === 'read anew' ? smallOrders : smallGuestOrders
  return answers === 'read anew' ? bigOrders : bigGuestOrders
}

/** CPU of the process for each request while it is asked as fast as it answers. */
export async function listFor(
  target: TargetName,
  measured: MeasuredProcess,
  listingCase: ListingCase,
  seconds: number,
): Promise<ListingTurn> {
  const next = inTurn(listingRequests(target, listingCase))
  const before = measured.use()
  const load = await closedLoop({
    url: measured.url,
    next,
    connections: listingCase.connections,
    seconds,
  })
  const { cpuMs } = measured.use()
  return {
    target,
    case: listingCase,
    cpuMsPerRequest: (cpuMs - before.cpuMs) / (load.answers + load.failures),
    perSecond: load.answers / load.seconds,
    failures: load.failures,
  }
}
