import type { InstrumentType } from '../domain/payment-instrument.ts'
import { type AcceptedMethod, type PaymentMethod, withAccepts } from '../domain/payment-method.ts'

/** Runs a piece of work, or joins the one that is running for the same key. */
export type Coalesce<Result> = (key: string, work: () => Promise<Result>) => Promise<Result>

/** Remembers nothing: only those who ask while the work runs share its result. */
export function createCoalesce<Result>(): Coalesce<Result> {
  const running = new Map<string, Promise<Result>>()

  return function coalesce(key, work) {
    const joined = running.get(key)
    if (joined) return joined
    const result = work()
    running.set(key, result)
    const forget = () => running.delete(key)
    result.then(forget, forget)
    return result
  }
}

/** @returns what makes of a list the methods with what each accepts: the same list for the same one, not to be changed. */
export function createAcceptedOf(
  instruments: ReadonlySet<InstrumentType>,
): (methods: PaymentMethod[]) => AcceptedMethod[] {
  const accepted = new WeakMap<PaymentMethod[], AcceptedMethod[]>()

  return function acceptedOf(methods) {
    const known = accepted.get(methods)
    if (known) return known
    const all = withAccepts(methods, instruments)
    accepted.set(methods, all)
    return all
  }
}
