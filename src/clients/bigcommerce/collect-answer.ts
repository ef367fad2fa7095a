import type { Dispatcher, Pool } from 'undici'
import { jsonIn } from '../odd-answers.ts'
import type { UpstreamAnswer } from './exchange.ts'

type Call = Pick<Dispatcher.DispatchOptions, 'method' | 'path' | 'headers' | 'body'>

/** A call that is being sent. */
export interface Sending {
  /** Ends it at once with this error. The sender sets it; before that, and once there is an answer, it does nothing. */
  giveUp: (why: Error) => void
}

/** Sends a call and collects its answer. @throws Error when none came whole, or not in time: of name `TimeoutError` then. */
export type CollectAnswer = (call: Call, sending?: Sending) => Promise<UpstreamAnswer>

/**
 * Does what the library's own `request` does, but without a stream, a signal and a timer for each call, which cost more than all the
 * rest. All calls have the same time limit, so they time out in the order in which they began, and one timer is enough.
 */
export function createCollectAnswer(pool: Pick<Pool, 'dispatch'>, timeoutMs: number): CollectAnswer {
  // A Set keeps the order in which they began.
  const running = new Set<Collecting>()
  let timer: NodeJS.Timeout | null = null

  function checkIn(ms: number): void {
    timer = setTimeout(endLate, ms).unref()
  }

  function endLate(): void {
    timer = null
    const nowMs = performance.now()
    for (const call of running) {
      if (call.untilMs > nowMs) {
        checkIn(Math.ceil(call.untilMs - nowMs))
        return
      }
      running.delete(call)
      call.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'))
    }
  }

  return (call, sending) =>
    new Promise((resolve, reject) => {
      const collecting: Collecting = new Collecting(performance.now() + timeoutMs, (answer) => {
        running.delete(collecting)
        if (answer instanceof Error) reject(answer)
        else resolve(answer)
      })
      running.add(collecting)
      if (sending)
        sending.giveUp = (why) => {
          if (running.delete(collecting)) collecting.abort(why)
        }
      if (timer === null) checkIn(timeoutMs)
      pool.dispatch(call as Dispatcher.DispatchOptions, collecting)
    })
}

class Collecting implements Dispatcher.DispatchHandler {
  /** By `performance.now()`. */
  readonly untilMs: number
  readonly #end: (answer: UpstreamAnswer | Error) => void
  #controller: Dispatcher.DispatchController | null = null
  #late: Error | null = null
  #status = 0
  #headers: UpstreamAnswer['headers'] = {}
  readonly #chunks: Buffer[] = []

  constructor(untilMs: number, end: (answer: UpstreamAnswer | Error) => void) {
    this.untilMs = untilMs
    this.#end = end
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    // Its time was over before there was a connection, so it is not sent.
    if (this.#late) controller.abort(this.#late)
  }

  onResponseStart(_: unknown, status: number, headers: UpstreamAnswer['headers']): void {
    // An interim answer (103) is none.
    if (status < 200) return
    this.#status = status
    this.#headers = headers
  }

  onResponseData(_: unknown, chunk: Buffer): void {
    this.#chunks.push(chunk)
  }

  onResponseEnd(): void {
    const [first, ...others] = this.#chunks
    const body = first && others.length === 0 ? first : Buffer.concat(this.#chunks)
    this.#end(new WholeAnswer(this.#status, this.#headers, body))
  }

  onResponseError(_: unknown, error: Error): void {
    this.#end(error)
  }

  abort(late: Error): void {
    this.#late = late
    this.#controller?.abort(late)
    this.#end(late)
  }
}

/** Its body is parsed when it is asked for: bytes that were seen before need not be. */
class WholeAnswer implements UpstreamAnswer {
  readonly status: number
  readonly headers: UpstreamAnswer['headers']
  readonly #body: Buffer
  #json: unknown
  #isParsed = false

  constructor(status: number, headers: UpstreamAnswer['headers'], body: Buffer) {
    this.status = status
    this.headers = headers
    this.#body = body
  }

  get json(): unknown {
    if (!this.#isParsed) this.#json = jsonIn(this.#body, this.headers['content-encoding'])
    this.#isParsed = true
    return this.#json
  }

  get bytes(): Buffer | undefined {
    return this.headers['content-encoding'] === undefined ? this.#body : undefined
  }
}
