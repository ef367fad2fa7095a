import { randomUUID } from 'node:crypto'
import type { z } from 'zod'
import type { Fault, FaultInputSchema, Operation, RequestFault } from './fault.ts'

/** What a request is about. */
export type Subject = { readonly orderId?: number | undefined; readonly checkoutId?: string | undefined }

export function createFaultList() {
  let faults: Fault[] = []

  const remove = (id: string): void => {
    faults = faults.filter((fault) => fault.id !== id)
  }

  return {
    list: (): Fault[] => [...faults],
    add(rule: z.output<typeof FaultInputSchema>): Fault {
      const fault = { ...rule, id: randomUUID() }
      faults.push(fault)
      return fault
    },
    remove,
    clear(): void {
      faults = []
    },
    /** The oldest fault that fits, used once. The next one gets its turn when this one is used up. */
    take(operation: Operation, { orderId, checkoutId }: Subject): RequestFault | undefined {
      const fault = faults
        .filter((each) => each.kind !== 'refuse')
        .find(
          (each) =>
            each.operation === operation &&
            (each.order_id ?? orderId) === orderId &&
            (each.checkout_id ?? checkoutId)?.toLowerCase() === checkoutId?.toLowerCase(),
        )
      if (fault?.times === undefined) return fault
      const left = fault.times - 1
      if (left === 0) remove(fault.id)
      else faults = faults.map((each) => (each.id === fault.id ? { ...fault, times: left } : each))
      return fault
    },
  }
}
