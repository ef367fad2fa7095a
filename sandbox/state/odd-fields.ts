import { z } from 'zod'

const KINDS = ['order', 'transaction', 'method', 'checkout'] as const

export const OddFieldsSchema = z.strictObject({
  what: z.enum(KINDS),
  /** An order's or a transaction's number, a method's or a checkout's id. Absent: all of that kind. */
  id: z.union([z.int().min(1), z.string().min(1)]).optional(),
  /** Fields and what they show instead, `null` and wrong types included. */
  set: z.record(z.string(), z.unknown()).default({}),
  /** Fields that are left out. */
  omit: z.array(z.string()).default([]),
})

export type OddFieldsInput = z.input<typeof OddFieldsSchema>
type OddFields = z.output<typeof OddFieldsSchema>

/** What orders, transactions, payment methods and checkouts show other than what is so. The newest word on a field counts. */
export function createOddFields() {
  let odd: OddFields[] = []

  return {
    add(fields: OddFields): void {
      odd.push(fields)
    },
    clear(): void {
      odd = []
    },
    shown(
      what: OddFields['what'],
      id: number | string,
      view: Record<string, unknown>,
    ): Record<string, unknown> {
      const fields = { ...view }
      for (const each of odd) {
        const isMeant = each.what === what && (each.id === undefined || String(each.id) === String(id))
        if (!isMeant) continue
        Object.assign(fields, each.set)
        for (const name of each.omit) delete fields[name]
      }
      return fields
    },
  }
}
