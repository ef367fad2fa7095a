import { type PayRequest, type Reply, scopeOf, toldOf } from '../clients/requests.ts'

/** The same key and body get the same final answer, and another body changes nothing. */
export interface SameAnswers {
  asked(requestId: string, request: PayRequest): void
  told(requestId: string, request: PayRequest, reply: Reply): void
  requestOf(requestId: string): PayRequest | undefined
  /** From now on the key of this request stands for its body. */
  sending(requestId: string): void
}

/** The possible answers to another body: the key is taken, or even this cannot be found out now. */
const mayRefuseOtherBody = new Set([
  'idempotency_key_reused',
  'store_unavailable',
  'upstream_unavailable',
  'order_not_found',
  'payment_rate_limited',
])

export function createSameAnswers(broken: (what: string) => void): SameAnswers {
  const requests = new Map<string, PayRequest>()
  const bodies = new Map<string, string>()
  const others = new Set<string>()
  const finals = new Map<string, string>()
  /** How many requests there were when a success was told: what these had read before, and is corrected now, may still be on its way. */
  const correctedAfter = new Map<string, number>()
  const numbers = new Map<string, number>()

  return {
    asked(requestId, request) {
      requests.set(requestId, request)
      numbers.set(requestId, requests.size)
      const bodyId = bodies.get(scopeOf(request))
      if (bodyId !== undefined && bodyId !== request.bodyId) others.add(requestId)
    },

    requestOf: (requestId) => requests.get(requestId),

    sending(requestId) {
      const request = requests.get(requestId)
      if (!request) return
      const scope = scopeOf(request)
      const bodyId = bodies.get(scope) ?? request.bodyId
      bodies.set(scope, bodyId)
      if (bodyId !== request.bodyId) broken(`4: the key of ${requestId} is charged for another body`)
    },

    told(requestId, request, reply) {
      if (reply.kind === 'lost') return
      if (others.has(requestId)) {
        const code = reply.kind === 'problem' ? reply.problem.code : ''
        if (!mayRefuseOtherBody.has(code))
          broken(`4: another body under the key of ${requestId} was told ${toldOf(reply)}`)
        return
      }
      if (reply.kind !== 'answer' || reply.answer.status === 202) return
      const name = `${scopeOf(request)} ${request.bodyId}`
      const final = JSON.stringify(reply.answer)
      const first = finals.get(name)
      const isCorrected = reply.answer.status === 201 && !first?.includes('"status":201')
      // Truth goes before sameness: whether the first word and this one were true is another question.
      if (first === undefined || isCorrected) {
        finals.set(name, final)
        if (reply.answer.status === 201) correctedAfter.set(name, requests.size)
        return
      }
      const isOfBefore = (numbers.get(requestId) ?? 0) <= (correctedAfter.get(name) ?? 0)
      if (first !== final && !(isOfBefore && reply.answer.status !== 201))
        broken(`4: two final answers for ${name}: ${first} and ${final}`)
    },
  }
}
