import type { Socket } from 'node:net'
import { buildConnector, Client } from 'undici'
import type { Permit } from '../../allowance/permit.ts'
import type { PaymentRequest } from '../../domain/payment-command.ts'
import type { PaymentOutcome } from '../../domain/payment-outcome.ts'
import { reveal, type Sealed } from '../../domain/sealed.ts'
import type { RequestContext } from '../../request-context.ts'
import { HEADER_BYTES_MAX, skipContinue } from '../odd-answers.ts'
import { classifyCharge } from './classify-charge.ts'
import { type CallHeaders, readAnswer } from './exchange.ts'

export interface PaymentsApi {
  /**
   * Sends one charge, once, and names its outcome. Never throws and never retries: BigCommerce has no
   * idempotency, so a second send may be a second charge.
   */
  processPayment(
    paymentAccessToken: Sealed<string>,
    payment: PaymentRequest,
    context: RequestContext,
    permit: Permit,
  ): Promise<PaymentOutcome>
}

export interface PaymentsApiOptions {
  /** Base of the payments host, path included, e.g. https://payments.bigcommerce.com/stores/abc */
  readonly url: string
  /** How long we wait for an answer, from dialling on. After that the outcome is unknown. */
  readonly paymentTimeoutMs: number
  readonly callHeaders: CallHeaders
}

/** A payment's answer is a few hundred bytes. A larger one is not BigCommerce's. */
const answerBytesMax = 256 * 1024

export function createPaymentsApi(options: PaymentsApiOptions): PaymentsApi & Pick<ChargeLines, 'dialAhead'> {
  const url = new URL(`${options.url}/payments`)
  const lines = createChargeLines(url)

  return {
    dialAhead: lines.dialAhead,

    async processPayment(paymentAccessToken, payment, context, permit) {
      let connected = false
      let isLate = false

      async function connect(done: buildConnector.Callback): Promise<void> {
        const { line, socket, error } = await readyLine(lines, permit)
        if (!socket) return done(error ?? new Error('not connected'), null)
        // Dialling may have taken seconds, and its moment in the window may be over.
        isLate = !permit.mayLeave()
        line.hand()
        if (isLate || !line.isGood()) {
          socket.destroy()
          return done(new Error(isLate ? 'too late to send' : 'closed before it was used'), null)
        }
        connected = true
        // Within this call the library writes the request, head and body, to the socket.
        done(null, skipContinue(socket))
        permit.departed()
      }

      // A connection of its own for each charge: a kept-alive socket that the other side closes just as the
      // charge is written would turn a harmless reset into an unknown outcome. And if dialling failed, then no
      // byte of the charge can have left, whatever the error is called (decision 0003).
      const client = new Client(url.origin, {
        connect: (_target, done) => void connect(done),
        allowH2: false,
        pipelining: 0,
        maxHeaderSize: HEADER_BYTES_MAX,
        maxResponseSize: answerBytesMax,
      })
      try {
        const response = await client.request({
          method: 'POST',
          path: url.pathname,
          headers: chargeHeaders(paymentAccessToken, context, options),
          body: chargeBody(payment),
          headersTimeout: 0,
          bodyTimeout: 0,
          signal: AbortSignal.timeout(options.paymentTimeoutMs),
        })
        permit.answered()
        const asked = { savesInstrument: payment.save_instrument === true }
        return classifyCharge(await readAnswer(response), asked)
      } catch (error) {
        context.log.warn({ failure: nameOf(error), connected }, 'charge got no answer')
        if (!connected) return { kind: 'not_sent', reason: isLate ? 'too_late' : 'unreachable' }
        const reason = nameOf(error) === 'TimeoutError' ? 'timed_out' : 'connection_lost'
        return { kind: 'unknown', reason, bigcommerceCode: null }
      } finally {
        client.destroy().catch(() => {})
      }
    },
  }
}

interface ReadyLine {
  readonly line: ChargeLine
  /** null where dialling failed. */
  readonly socket: Socket | null
  readonly error: Error | null
}

/** The connection of a charge at its moment. If it was dialled ahead and was closed unused, dials again. */
async function readyLine(lines: ChargeLines, permit: Permit): Promise<ReadyLine> {
  const first = await atMoment(lines.take(), permit)
  const isUsable = first.socket !== null && first.line.isGood()
  return isUsable || !first.line.isAhead ? first : atMoment(lines.dial(), permit)
}

async function atMoment(line: ChargeLine, permit: Permit): Promise<ReadyLine> {
  try {
    const socket = await line.dialled
    await permit.moment()
    return { line, socket, error: null }
  } catch (cause) {
    return { line, socket: null, error: cause instanceof Error ? cause : null }
  }
}

/** The one place where an instrument is written out, on its way to the payments host. */
const chargeBody = ({ instrument, ...payment }: PaymentRequest) =>
  JSON.stringify({ payment: { instrument: reveal(instrument.fields), ...payment } })

const chargeHeaders = (
  paymentAccessToken: Sealed<string>,
  context: RequestContext,
  options: PaymentsApiOptions,
) => ({
  ...options.callHeaders(context),
  accept: 'application/vnd.bc.v1+json',
  authorization: `PAT ${reveal(paymentAccessToken)}`,
  'content-type': 'application/json',
})

/** An error's code or name: words of a closed set, where its message might quote what was sent. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}

/** A connection to the payments host on which nothing was sent. */
interface ChargeLine {
  /** Whether it was dialled before its charge was there. */
  readonly isAhead: boolean
  /** @throws Error where dialling failed. */
  readonly dialled: Promise<Socket>
  /** Whether the other side has neither closed it nor sent anything unasked. */
  isGood(): boolean
  /** Stops watching it: from now on it is the charge's. */
  hand(): void
}

interface ChargeLines {
  /** Dials for a charge that is being prepared. */
  dialAhead(): void
  /** A line that was dialled ahead, or is being so; else one that is dialled now. */
  take(): ChargeLine
  /** One that is dialled now. */
  dial(): ChargeLine
}

/** We give up dialling after this, while it is still certain that nothing was sent. */
const connectTimeoutMs = 3_000
/**
 * A line that was dialled ahead is given up after this. Servers wait five seconds and more for the first request, and a charge must
 * not meet one that closes just then: its outcome would be unknown for no good reason (decision 0003).
 */
const keptMs = 3_000
/** No more payments than this are prepared at the same time. If there is no room, a connection is dialled when its charge needs it. */
const linesMax = 64

/** @param url of the payments host. */
function createChargeLines(url: URL): ChargeLines {
  // HTTP/1.1 only: over HTTP/2 the client library itself repeats a stream that was refused, and a charge with it.
  const connect = buildConnector({ timeout: connectTimeoutMs, allowH2: false })
  const target = {
    host: url.host,
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    protocol: url.protocol,
    port: url.port,
  }
  /** Oldest first. */
  const ahead: Watched[] = []

  function dialled(isAhead: boolean): Watched {
    const socket = new Promise<Socket>((resolve, reject) => {
      connect(target, (error, connected) => {
        if (connected) resolve(connected)
        else reject(error ?? new Error('not connected'))
      })
    })
    return watch(socket, isAhead)
  }

  function forget(line: Watched): boolean {
    const index = ahead.indexOf(line)
    if (index !== -1) ahead.splice(index, 1)
    return index !== -1
  }

  return {
    dialAhead() {
      if (ahead.length >= linesMax) return
      const line = dialled(true)
      ahead.push(line)
      setTimeout(() => {
        if (forget(line)) line.close()
      }, keptMs).unref()
    },
    take() {
      for (let line = ahead.shift(); line; line = ahead.shift()) {
        if (line.isGood()) return line
        line.close()
      }
      return dialled(false)
    },
    dial: () => dialled(false),
  }
}

interface Watched extends ChargeLine {
  close(): void
}

function watch(dialled: Promise<Socket>, isAhead: boolean): Watched {
  let isGood = true
  let stop = () => {}
  const lose = () => {
    isGood = false
  }
  const watched = dialled.then((socket) => {
    // Only a socket that reads learns that the other side has closed.
    const read = () => {
      if (socket.read() !== null) lose()
    }
    socket.on('error', lose).on('end', lose).on('close', lose).on('readable', read)
    stop = () => {
      socket.off('end', lose).off('close', lose).off('readable', read)
      if (isGood) socket.off('error', lose)
    }
    return socket
  })
  watched.catch(lose)
  return {
    isAhead,
    dialled: watched,
    isGood: () => isGood,
    hand: () => stop(),
    close: () =>
      void watched.then(
        (socket) => socket.destroy(),
        () => {},
      ),
  }
}
