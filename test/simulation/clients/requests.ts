import type { Caller } from '../../../src/domain/caller.ts'
import type { PaymentAnswer } from '../../../src/domain/payment-answer.ts'
import type { PaymentCommand } from '../../../src/domain/payment-command.ts'
import type { ProblemBody } from '../../../src/domain/problem.ts'

/** One POST /orders/{id}/pay, or /checkouts/{id}/pay. */
export interface PayRequest {
  readonly caller: Caller
  readonly idempotencyKey: string
  /** Of a checkout its order is 0. */
  readonly command: PaymentCommand
  /** null where an order is paid. */
  readonly checkoutId: string | null
  /** Two requests have the same one exactly if their fingerprints must be the same. */
  readonly bodyId: string
}

/** What a client gets, if it gets anything. */
export type Reply =
  | { readonly kind: 'answer'; readonly answer: PaymentAnswer; readonly isReplay: boolean }
  | { readonly kind: 'problem'; readonly problem: ProblemBody }
  | { readonly kind: 'lost' }

export const LOST: Reply = { kind: 'lost' }

/** A key belongs to its principal. */
export const scopeOf = ({ caller, idempotencyKey }: PayRequest): string =>
  `${caller.principal} ${idempotencyKey}`

export const toldOf = (reply: Reply): string => {
  switch (reply.kind) {
    case 'answer': {
      const { status, body } = reply.answer
      const word = 'data' in body ? body.data.status : body.code
      return `${status} ${word}${reply.isReplay ? ' (replayed)' : ''}`
    }
    case 'problem':
      return `${reply.problem.status} ${reply.problem.code}`
    case 'lost':
      return 'nothing'
    default:
      return reply satisfies never
  }
}
