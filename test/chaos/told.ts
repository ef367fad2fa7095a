import { z } from 'zod'

/** What is paid: an order, or a checkout that is none yet. */
export interface Subject {
  /** 0 for a checkout. */
  readonly orderId: number
  readonly checkoutId?: string | null
}

export const subjectOf = ({ orderId, checkoutId }: Subject): string => checkoutId ?? String(orderId)

/** One answer that a client got, with what it says about payments. */
export interface Told extends Subject {
  readonly atMs: number
  /** Who asked: a device with a token of its own. */
  readonly device: string
  /** The Idempotency-Key of an attempt to pay; null for a question. */
  readonly key: string | null
  /** Null: no answer came. */
  readonly status: number | null
  readonly code: string | null
  readonly retry: string | null
  /** The payment that a problem speaks of. */
  readonly paymentId: string | null
  readonly requestId: string | null
  readonly payments: readonly { readonly id: string; readonly status: string }[]
  readonly text: string
  /** Where it preferred to wait for an end. */
  readonly waited?: Waited | null
}

export interface Waited {
  readonly seconds: number
  readonly tookMs: number
  /** Whether the answer says that it waited. */
  readonly isApplied: boolean
}

const Payment = z.object({ id: z.string(), status: z.string() })
const Body = z.object({
  data: z.union([Payment.transform((payment) => [payment]), z.array(Payment)]).optional(),
  code: z.string().optional(),
  retry: z.string().optional(),
  payment_id: z.string().optional(),
  request_id: z.string().optional(),
})

type Asked = Pick<Told, 'orderId' | 'checkoutId' | 'device' | 'key' | 'waited'>

export function readAnswer(asked: Asked, status: number, text: string): Told {
  const body = Body.safeParse(jsonOf(text)).data
  return {
    ...asked,
    atMs: Date.now(),
    status,
    code: body?.code ?? null,
    retry: body?.retry ?? null,
    paymentId: body?.payment_id ?? null,
    requestId: body?.request_id ?? null,
    payments: body?.data ?? [],
    text,
  }
}

/** Why a client got no answer that did not wait for it any longer. */
export const LOST_PATIENCE = 'lost patience'

export const noAnswer = (asked: Asked, why: string): Told => ({
  ...readAnswer(asked, 0, ''),
  status: null,
  text: why,
})

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
