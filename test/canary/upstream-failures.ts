import {
  jsonOnWire,
  rightOrder,
  rightPayment,
  textOnWire,
  UPSTREAM_OPERATIONS,
  type UpstreamCall,
  type WireAnswer,
} from '../support/scripted-upstream.ts'

export interface UpstreamFailure {
  readonly name: string
  answer(call: UpstreamCall): WireAnswer | undefined
}

/** All that BigCommerce was sent, said back, as gateways and proxies do in their errors. */
const echo = ({ headers, body }: UpstreamCall) => ({
  detail: `refused: ${body}`,
  title: `refused: ${body}`,
  headers,
  errors: { 'payment.instrument.number': body, [body]: headers.authorization },
})

const statuses = [400, 401, 403, 404, 409, 422, 429, 500, 502, 503]
const codes = [10000, 10001, 30001, 30051, 30101, 30102, 30104, 30105, 99999]
const page = (call: UpstreamCall) => `<h1>Bad Gateway</h1><pre>${JSON.stringify(echo(call))}</pre>`

/** Each way in which each call can fail, with what was sent in it wherever there is room. */
export const UPSTREAM_FAILURES: readonly UpstreamFailure[] = UPSTREAM_OPERATIONS.flatMap((operation) => {
  const at = (name: string, answer: (call: UpstreamCall) => WireAnswer): UpstreamFailure => ({
    name: `${operation}: ${name}`,
    answer: (call) => (call.operation === operation ? answer(call) : undefined),
  })
  return [
    ...statuses.map((status) =>
      at(`status ${status}`, (call) => jsonOnWire(status, { status, ...echo(call) })),
    ),
    ...(operation === 'pay' || operation === 'access_tokens'
      ? codes.map((code) =>
          at(`code ${code}`, (call) => jsonOnWire(422, { status: 422, code, ...echo(call) })),
        )
      : []),
    at('a page', (call) => textOnWire(502, page(call), { 'content-type': 'text/html' })),
    at('a page that says 200', (call) => textOnWire(200, page(call))),
    at('another shape', (call) => jsonOnWire(200, echo(call))),
    at('more than is right', (call) =>
      jsonOnWire(operation === 'order' ? 200 : 201, {
        ...rightOrder(call.orderId),
        ...rightPayment(),
        ...echo(call),
      }),
    ),
    at('too much', (call) => textOnWire(200, page(call).repeat(3_000))),
    at('cut off', (call) => ({
      bytes: `HTTP/1.1 201 Created\r\ncontent-length: 9999\r\n\r\n${JSON.stringify(echo(call))}`,
      ending: 'close',
    })),
    at('no HTTP', (call) => ({ bytes: `${JSON.stringify(echo(call))}\r\n\r\n`, ending: 'close' })),
    at('headers', (call) =>
      jsonOnWire(422, echo(call), {
        'x-echo': String(call.headers.authorization ?? call.headers['x-auth-token']),
        'retry-after': '1',
      }),
    ),
    at('a reset', () => ({ bytes: '', ending: 'reset' })),
  ]
})

/** A payment that is answered after the client has gone. */
export const SILENT_CHARGE: UpstreamFailure = {
  name: 'pay: silence',
  answer: ({ operation }) => (operation === 'pay' ? { bytes: '', ending: 'hang' } : undefined),
}
