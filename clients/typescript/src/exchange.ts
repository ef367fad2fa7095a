import type { Problem } from './types.ts'

/** The result of one request. `lost` says nothing about the money. */
export type Answer<T> =
  | ({ readonly kind: 'ok'; readonly body: T } & Pace)
  | ({ readonly kind: 'problem'; readonly problem: Problem } & Pace)
  | { readonly kind: 'lost'; readonly wasSent: boolean; readonly cause: unknown }

interface Pace {
  readonly afterSeconds: number | null
  /** The service waited for an end before it answered, as it was asked to. */
  readonly hasWaited: boolean
}

/** The caller token, or a function that fetches one. Called before each request; `isRefused` says that the last token was refused. */
export type CallerToken = string | ((reason: { readonly isRefused: boolean }) => string | Promise<string>)

interface Received<T> {
  readonly data?: T | undefined
  readonly error?: unknown
  readonly response: Response
}
export interface RequestParts {
  readonly headers: { readonly authorization: string }
  readonly signal: AbortSignal
}
export type Send<T> = (parts: RequestParts) => Promise<Received<T>>
/** Sends one request and reads the answer. Throws only when the signal aborts. */
export type Exchange = <T>(send: Send<T>, signal?: AbortSignal) => Promise<Answer<T>>

/** A refused token is renewed once. A request that takes too long counts as lost. */
export function createExchange(token: CallerToken, answerWithinMs: number): Exchange {
  const tokenFor = async (isRefused: boolean) =>
    typeof token === 'string' ? token : await token({ isRefused })

  async function once<T>(send: Send<T>, signal: AbortSignal | undefined, isRefused: boolean) {
    throwIfAborted(signal)
    let wasSent = false
    const within = new AbortController()
    const stop = () => within.abort()
    const timer = setTimeout(stop, answerWithinMs)
    signal?.addEventListener('abort', stop)
    // The token function may ignore the signal.
    const stopped = new Promise<never>((_, reject) => {
      within.signal.addEventListener('abort', () => reject(new Error('No answer came in time.')))
    })
    const ask = async () => {
      const authorization = `Bearer ${await tokenFor(isRefused)}`
      wasSent = true
      return readAnswer(await send({ headers: { authorization }, signal: within.signal }))
    }
    try {
      return await Promise.race([ask(), stopped])
    } catch (cause) {
      throwIfAborted(signal)
      return { kind: 'lost', wasSent, cause } as const
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', stop)
    }
  }

  return async (send, signal) => {
    const answer = await once(send, signal, false)
    const isRefused = answer.kind === 'problem' && answer.problem.code === 'unauthenticated'
    return isRefused && typeof token !== 'string' ? once(send, signal, true) : answer
  }
}

/** Anything that is not the service's own answer (a proxy's page, half a body) counts as no answer. */
function readAnswer<T>({ data, error, response }: Received<T>): Answer<T> {
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN)
  const pace: Pace = {
    afterSeconds: Number.isFinite(retryAfter) ? retryAfter : null,
    hasWaited: /^\s*wait\b/i.test(response.headers.get('preference-applied') ?? ''),
  }
  if (response.ok && isObject(data) && 'data' in data) return { kind: 'ok', body: data, ...pace }
  if (isProblem(error)) return { kind: 'problem', problem: error, ...pace }
  return {
    kind: 'lost',
    wasSent: true,
    cause: new Error(`The answer (${response.status}) is not the service's.`),
  }
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null
const isProblem = (value: unknown): value is Problem =>
  isObject(value) &&
  'code' in value &&
  typeof value.code === 'string' &&
  'retry' in value &&
  typeof value.retry === 'string'

/** React Native's signals have no `throwIfAborted`, and older ones no `reason`. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (!signal?.aborted) return
  throw signal.reason ?? Object.assign(new Error('This was aborted.'), { name: 'AbortError' })
}
