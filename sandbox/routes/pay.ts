import type { FastifyInstance } from 'fastify'
import type { Answer } from '../answer.ts'
import { answerThroughFaults, type Surroundings } from '../faults/answer-through-faults.ts'
import { askGateway } from '../payments/ask-gateway.ts'
import { judgePayment } from '../payments/judge-payment.ts'
import { refusal } from '../refusal.ts'
import type { Runtime } from '../runtime.ts'
import type { AccessTokenClaims } from '../state/access-tokens.ts'
import type { World } from '../world.ts'

export function payRoute(app: FastifyInstance, runtime: Runtime): void {
  app.post('/stores/:storeHash/payments', async (request, reply) => {
    const { world } = runtime
    const token = (request.headers.authorization ?? '').slice('PAT '.length)
    const claims = await world.accessTokens.verify(token)
    return answerThroughFaults({
      runtime,
      world,
      reply,
      operation: 'pay',
      orderId: claims?.orderId,
      act: (surroundings) => pay({ world, claims, body: request.body }, surroundings),
    })
  })
}

type Submission = { world: World; claims: AccessTokenClaims | undefined; body: unknown }

async function pay({ world, claims, body }: Submission, { pause, charging }: Surroundings): Promise<Answer> {
  if (!claims || !world.accessTokens.spend(claims.jti)) {
    return refusal(30102, {
      status: 401,
      detail: 'The payment access token is not valid, or was used before.',
    })
  }
  const verdict = judgePayment(world, claims, body)
  // The time that the gateway takes. Requests that arrive meanwhile find the order still payable.
  await pause()
  const answer = 'refused' in verdict ? verdict.refused : askGateway(world, verdict.sale, charging)
  if (answer.status !== 201 && !world.settings.declines_spend_pats) world.accessTokens.giveBack(claims.jti)
  return answer
}
