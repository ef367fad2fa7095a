import type { FastifyInstance } from 'fastify'
import type { Answer } from './answer.ts'
import { createHttpApp } from './http-app.ts'
import { guardPayments } from './payments-guard.ts'
import { platformError } from './platform-error.ts'
import { refusal } from './refusal.ts'
import { payRoute } from './routes/pay.ts'
import type { Runtime } from './runtime.ts'

export function buildPaymentsHost(runtime: Runtime): FastifyInstance {
  const app = createHttpApp(
    ({ path, status, message }): Answer =>
      status === 400 ? refusal(10001, { status, detail: message }) : platformError(path, status, message),
  )
  guardPayments(app, runtime)
  payRoute(app, runtime)
  return app
}
