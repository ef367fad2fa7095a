import { Agent, request } from 'undici'
import { cardPayment } from '../support/payments.ts'
import { LOST_PATIENCE, noAnswer, readAnswer, type Subject, type Told } from './told.ts'

/** Something with a token that asks the service about one order or checkout, and remembers what it was told. */
export interface Device {
  /** `POST /orders/{id}/pay`, or that of a checkout. Never throws: no answer is an answer as well. */
  pay(key: string, cardNumber: string): Promise<Told>
  /** `GET …/payments`, or one of them. */
  look(paymentId?: string): Promise<Told>
}

export interface DeviceOptions extends Subject {
  readonly name: string
  readonly token: string
  readonly patienceMs: number
  readonly methodId: string
  readonly saves?: boolean
  /** How long each request prefers to wait for an end; null or left out for not at all. */
  readonly waitSeconds?: number | null
  /** Where to send it, as a load balancer without health checks chooses. */
  readonly address: () => string
  readonly heard: (told: Told) => void
  readonly headers?: Readonly<Record<string, string>>
}

/** What the sandbox's checkouts cost, as their shoppers have seen. */
const checkoutMinor = 6_098

const agent = new Agent({ connections: 1_200 })
/** A read that waits is given so much beyond its time; a client that pays may go away while it waits. */
const beyondWaitMs = 20_000

export function createDevice(options: DeviceOptions): Device {
  const { orderId, checkoutId = null, name: device, token, address, heard, waitSeconds = null } = options
  const path = checkoutId === null ? `/orders/${orderId}` : `/checkouts/${checkoutId}`

  async function ask(key: string | null, what: string, body: string | null): Promise<Told> {
    const beganMs = performance.now()
    const asked = (applied: unknown = undefined) => {
      const tookMs = performance.now() - beganMs
      const waited =
        waitSeconds === null ? null : { seconds: waitSeconds, tookMs, isApplied: applied !== undefined }
      return { orderId, checkoutId, device, key, waited }
    }
    const patienceMs = waitSeconds !== null && key === null ? beyondWaitMs : options.patienceMs
    const told = await request(`${address()}${path}${what}`, {
      dispatcher: agent,
      method: body === null ? 'GET' : 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === null ? {} : { 'content-type': 'application/json' }),
        ...(key === null ? {} : { 'idempotency-key': key }),
        ...(waitSeconds === null ? {} : { prefer: `wait=${waitSeconds}` }),
        ...options.headers,
      },
      body,
      signal: AbortSignal.timeout(patienceMs + 1_000 * (waitSeconds ?? 0)),
    }).then(
      async (response) =>
        response.body.text().then(
          (text) => readAnswer(asked(response.headers['preference-applied']), response.statusCode, text),
          (error: unknown) => noAnswer(asked(), reasonOf(error)),
        ),
      (error: unknown) => noAnswer(asked(), reasonOf(error)),
    )
    heard(told)
    return told
  }

  return {
    pay(key, number) {
      const how = { payment_method_id: options.methodId, ...(options.saves ? { save_instrument: true } : {}) }
      const payment = cardPayment({ number }, how)
      const agreed = checkoutId === null ? {} : { expected_amount: checkoutMinor }
      return ask(key, '/pay', JSON.stringify({ ...payment, ...agreed }))
    },
    look: (paymentId) => ask(null, `/payments${paymentId === undefined ? '' : `/${paymentId}`}`, null),
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'no answer'
  return error.name === 'TimeoutError' ? LOST_PATIENCE : String('code' in error ? error.code : error.name)
}
