import { z } from 'zod'
import { REFUSAL_CODES, type RefusalCode } from '../data/refusals.ts'

export const OPERATIONS = [
  'pay',
  'access_tokens',
  'methods',
  'order',
  'transactions',
  'orders',
  'checkout',
  'checkout_orders',
] as const
export type Operation = (typeof OPERATIONS)[number]

const milliseconds = z.int().min(0).max(3_600_000)
const hidden = z.int().min(0).max(86_400_000)
const failureStatus = z.int().min(400).max(599)
const charged = z.boolean().default(false)

const common = {
  operation: z.enum(OPERATIONS),
  times: z.int().min(1).optional(),
  delay_ms: milliseconds.default(0),
  order_id: z.int().min(1).optional(),
  checkout_id: z.string().min(1).optional(),
  /** How long a charge stays invisible, on its order and among its transactions; an order made of a checkout, in lists. */
  shows_after_ms: hidden.optional(),
}

/** `charged` says whether the operation is carried out before its answer goes wrong. */
export const FaultInputSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('refuse'),
    operation: common.operation,
    for_ms: milliseconds.min(1).optional(),
  }),
  z.strictObject({ ...common, kind: z.literal('reset_before_charge') }),
  z.strictObject({ ...common, kind: z.literal('reset_after_charge') }),
  z.strictObject({ ...common, kind: z.literal('hang_before_charge') }),
  z.strictObject({ ...common, kind: z.literal('hang_after_charge') }),
  z.strictObject({ ...common, kind: z.literal('status'), status: failureStatus }),
  z.strictObject({ ...common, kind: z.literal('status_after_charge'), status: failureStatus }),
  z.strictObject({ ...common, kind: z.literal('html'), status: failureStatus.default(502), charged }),
  z.strictObject({
    ...common,
    kind: z.literal('carried_out_later'),
    after_ms: milliseconds.min(1),
    answer: z.enum(['status', 'reset', 'hang']).default('status'),
    status: failureStatus.default(504),
  }),
  z.strictObject({ ...common, kind: z.literal('cut_body') }),
  z.strictObject({ ...common, kind: z.literal('foreign_2xx'), charged }),
  z.strictObject({ ...common, kind: z.literal('empty_2xx'), charged }),
  z.strictObject({
    ...common,
    kind: z.literal('code'),
    code: z.literal(REFUSAL_CODES as [RefusalCode, ...RefusalCode[]]),
    status: failureStatus.optional(),
    charged,
  }),
  z.strictObject({
    ...common,
    operation: z.literal('pay'),
    kind: z.literal('pending'),
    settle_ms: milliseconds.optional(),
    settles_to: z.enum(['success', 'declined']).default('success'),
  }),
  z.strictObject({ ...common, operation: z.literal('pay'), kind: z.literal('held') }),
  z.strictObject({
    ...common,
    kind: z.literal('answer'),
    status: z.int().min(200).max(599),
    /** JSON, or text as it is; absent for no body. */
    body: z.unknown().optional(),
    headers: z.record(z.string(), z.string()).default({}),
    charged,
  }),
  z.strictObject({
    ...common,
    kind: z.literal('odd_answer'),
    how: z.enum(['plain', 'gzip', 'brotli', 'continue', 'large_headers']).default('plain'),
    set: z.record(z.string(), z.unknown()).default({}),
    omit: z.array(z.string()).default([]),
  }),
  z.strictObject({
    ...common,
    operation: z.literal('pay'),
    kind: z.literal('duplicated'),
    answer: z.enum(['second', 'rate_limited']).default('second'),
    copy_after_ms: milliseconds.default(0),
  }),
  z.strictObject({
    ...common,
    kind: z.literal('rate_limited'),
    headers: z.boolean().default(true),
    body: z.boolean().default(true),
    retry_after_seconds: z.int().min(0).max(3600).default(4),
  }),
  z.strictObject({ ...common, kind: z.literal('latency'), delay_ms: milliseconds.min(1) }),
])

/** What a caller of the control routes writes: defaults may be left out. */
export type FaultInput = z.input<typeof FaultInputSchema>

type FaultRule = z.output<typeof FaultInputSchema>
export type Fault = FaultRule & { readonly id: string }
export type RefuseFault = Extract<Fault, { kind: 'refuse' }>
export type RequestFault = Exclude<Fault, { kind: 'refuse' }>
export type DuplicatedFault = Extract<Fault, { kind: 'duplicated' }>
export type LaterFault = Extract<Fault, { kind: 'carried_out_later' }>
export type OddAnswerFault = Extract<Fault, { kind: 'odd_answer' }>

/** What a fault changes about the charge itself, rather than about its answer. */
export type Charging = {
  readonly pending?: Extract<Fault, { kind: 'pending' }>
  readonly isHeld?: boolean
  readonly showsAfterMs?: number
}
