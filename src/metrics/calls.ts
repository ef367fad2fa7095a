import { Histogram, type Registry } from 'prom-client'
import { Problem } from '../domain/problem.ts'

/** A call that has ended, as the wrapper around it saw it. */
export interface EndedCall<Args extends readonly unknown[], Value> {
  readonly args: Args
  readonly seconds: number
  readonly result: PromiseSettledResult<Value>
}

/** A call on a part that has several: which one it was, and with it what it takes and gives. */
export type EndedCallOn<Part> = {
  [Name in keyof Part]: Part[Name] extends (...args: infer Args) => Promise<infer Value>
    ? EndedCall<Args, Value> & { readonly operation: Name }
    : never
}[keyof Part]

/** The same function. `ended` hears of each of its calls, whether it succeeds or not. */
export function measured<Args extends unknown[], Value>(
  work: (...args: Args) => Promise<Value>,
  ended: (call: EndedCall<Args, Value>) => void,
): (...args: Args) => Promise<Value> {
  return async (...args) => {
    const startedMs = performance.now()
    const end = (result: PromiseSettledResult<Value>) =>
      ended({ args, seconds: (performance.now() - startedMs) / 1_000, result })
    let value: Value
    try {
      value = await work(...args)
    } catch (reason) {
      end({ status: 'rejected', reason })
      throw reason
    }
    end({ status: 'fulfilled', value })
    return value
  }
}

/** The same part. `ended` hears of each call on it, whatever the methods are called: one that is added is measured too. */
export function measuredPart<Part extends AsyncMethods<Part>>(
  part: Part,
  ended: (call: EndedCallOn<Part>) => void,
): Part {
  // That each name keeps the type of its method is more than the compiler can see.
  return Object.fromEntries(
    Object.entries<AsyncMethod>(part).map(([operation, work]) => [
      operation,
      measured(work, (call) => ended({ ...call, operation } as unknown as EndedCallOn<Part>)),
    ]),
  ) as unknown as Part
}

export type AsyncMethod = (...args: never[]) => Promise<unknown>
/** A record of methods that resolve or reject, and of nothing else. */
export type AsyncMethods<Part> = { readonly [Name in keyof Part]: AsyncMethod }

/** The label for what came of a call: the word for its success, or the problem's code. */
export const resultOf = (result: PromiseSettledResult<unknown>, done: string): string =>
  result.status === 'fulfilled' ? done : problemOf(result.reason).code

export const problemOf = (reason: unknown): Problem =>
  reason instanceof Problem ? reason : new Problem('internal_error')

/** From a statement on the ledger to the longest wait for a charge. */
const secondsBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

export interface DurationOptions<Label extends string> {
  readonly name: string
  readonly help: string
  readonly labelNames: readonly Label[]
}

export const createDurations = <Label extends string>(
  registry: Registry,
  { name, help, labelNames }: DurationOptions<Label>,
): Histogram<Label> =>
  new Histogram({ name, help, labelNames: [...labelNames], buckets: secondsBuckets, registers: [registry] })

/** Where the time of a payment goes: waiting for a permit, making the PAT, the charge itself, one call on the ledger. */
export type Phase = 'queue' | 'pat' | 'charge' | 'store'

/** Takes note of the time that one step of a payment took. */
export type ObservePhase = (phase: Phase, seconds: number) => void

export function createPhases(registry: Registry): ObservePhase {
  const durations = createDurations(registry, {
    name: 'tillgate_payment_phase_duration_seconds',
    help: 'Time spent in one step of a payment.',
    labelNames: ['phase'],
  })
  return (phase, seconds) => durations.observe({ phase }, seconds)
}

/** One answered request; of its path only the route's template. */
export interface AnsweredRequest {
  readonly method: string
  readonly route: string
  readonly status: number
  readonly durationMs: number
}

export type ObserveRequest = (request: AnsweredRequest) => void

export function createHttpMetrics(registry: Registry): ObserveRequest {
  const durations = createDurations(registry, {
    name: 'tillgate_http_request_duration_seconds',
    help: 'Requests answered on the public listener.',
    labelNames: ['method', 'route', 'status_class'],
  })
  return ({ method, route, status, durationMs }) =>
    durations.observe({ method, route, status_class: `${Math.floor(status / 100)}xx` }, durationMs / 1_000)
}

/** The same ledger, subject by subject, each of whose calls is timed under the name of its method. */
export type MeasureLedger = <Ledger extends Subjects<Ledger>>(ledger: Ledger) => Ledger

type Subjects<Ledger> = { readonly [Name in keyof Ledger]: AsyncMethods<Ledger[Name]> }

/** Loops ask for the first two about every second, people for the other; no shopper waits for any. */
const background = new Set(['unsettled', 'events', 'desk'])

export function createLedgerMetrics(registry: Registry, observePhase: ObservePhase): MeasureLedger {
  const durations = createDurations(registry, {
    name: 'tillgate_ledger_call_duration_seconds',
    help: 'Calls on the ledger, by operation and result.',
    labelNames: ['operation', 'result'],
  })
  return (ledger) =>
    Object.fromEntries(
      Object.entries<Record<string, AsyncMethod>>(ledger).map(([name, subject]) => [
        name,
        measuredPart(subject, ({ operation, seconds, result }) => {
          durations.observe({ operation, result: resultOf(result, 'done') }, seconds)
          if (!background.has(name)) observePhase('store', seconds)
        }),
      ]),
    ) as typeof ledger
}
