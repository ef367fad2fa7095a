import { randomUUID } from 'node:crypto'
import { request } from 'undici'
import { expectDocumented } from './documented.ts'

export interface ApiAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
  readonly body: any
}

export interface ApiRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'OPTIONS'
  readonly token?: string | undefined
  readonly headers?: Record<string, string | string[]>
  /** Sent as JSON, or as it is when it is a string. */
  readonly body?: unknown
  readonly signal?: AbortSignal
}

export interface CallApi {
  (path: string, options?: ApiRequest): Promise<ApiAnswer>
  /** `POST /orders/{id}/pay`, with a new key unless one is given. */
  pay(orderId: number, body: unknown, options: ApiRequest & { key?: string }): Promise<ApiAnswer>
  /** `GET /orders/{id}/payment-methods`. */
  methods(orderId: number, token: string): Promise<ApiAnswer>
}

/** Calls the service over HTTP. Every answer is held against the published OpenAPI document. */
export function createCallApi(url: string): CallApi {
  async function call(path: string, options: ApiRequest = {}): Promise<ApiAnswer> {
    const { method = 'GET', token, body, signal } = options
    const response = await request(`${url}${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...options.headers,
      },
      body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
      ...(signal ? { signal } : {}),
    })
    const text = await response.body.text()
    const isJson = String(response.headers['content-type']).includes('json')
    const answer = {
      status: response.statusCode,
      headers: response.headers,
      text,
      body: isJson ? JSON.parse(text) : undefined,
    }
    expectDocumented(method, path, answer)
    return answer
  }

  return Object.assign(call, {
    pay: (
      orderId: number,
      body: unknown,
      { key = randomUUID(), headers, ...options }: ApiRequest & { key?: string },
    ) =>
      call(`/orders/${orderId}/pay`, {
        method: 'POST',
        body,
        headers: { 'idempotency-key': key, ...headers },
        ...options,
      }),
    methods: (orderId: number, token: string) => call(`/orders/${orderId}/payment-methods`, { token }),
  })
}

/** The path of the payment that an answer to `pay` points to, found as a browser does. */
export const paymentPathOf = (orderId: number, { headers }: ApiAnswer): string =>
  new URL(String(headers.location), `http://tillgate/orders/${orderId}/pay`).pathname
