import { Agent, request } from 'undici'
import { cardPayment } from '../support/payments.ts'
import { noAnswer, readAnswer, type Told } from './told.ts'

/** Something with a token that asks the service about one order, and remembers what it was told. */
export interface Device {
  /** `POST /orders/{id}/pay`. Never throws: no answer is an answer as well. */
  pay(key: string, cardNumber: string): Promise<Told>
  /** `GET /orders/{id}/payments`, or one of them. */
  look(paymentId?: string): Promise<Told>
}

export interface DeviceOptions {
  readonly orderId: number
  readonly name: string
  readonly token: string
  readonly patienceMs: number
  readonly methodId: string
  readonly saves?: boolean
  /** Where to send it, as a load balancer without health checks chooses. */
  readonly address: () => string
  readonly heard: (told: Told) => void
  readonly headers?: Readonly<Record<string, string>>
}

const agent = new Agent({ connections: 1_200 })

export function createDevice(options: DeviceOptions): Device {
  const { orderId, name: device, token, address, heard } = options

  async function ask(key: string | null, path: string, body: string | null): Promise<Told> {
    const asked = { orderId, device, key }
    const told = await request(`${address()}${path}`, {
      dispatcher: agent,
      method: body === null ? 'GET' : 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === null ? {} : { 'content-type': 'application/json' }),
        ...(key === null ? {} : { 'idempotency-key': key }),
        ...options.headers,
      },
      body,
      signal: AbortSignal.timeout(options.patienceMs),
    }).then(
      async (response) =>
        response.body.text().then(
          (text) => readAnswer(asked, response.statusCode, text),
          (error: unknown) => noAnswer(asked, reasonOf(error)),
        ),
      (error: unknown) => noAnswer(asked, reasonOf(error)),
    )
    heard(told)
    return told
  }

  return {
    pay: (key, number) =>
      ask(
        key,
        `/orders/${orderId}/pay`,
        JSON.stringify(
          cardPayment(
            { number },
            { payment_method_id: options.methodId, ...(options.saves ? { save_instrument: true } : {}) },
          ),
        ),
      ),
    look: (paymentId) =>
      ask(null, `/orders/${orderId}/payments${paymentId === undefined ? '' : `/${paymentId}`}`, null),
  }
}

const reasonOf = (error: unknown) =>
  error instanceof Error ? String('code' in error ? error.code : error.name) : 'no answer'
