import { expect, test } from 'vitest'
import { createRandom } from '../chaos/random.ts'
import { callerToken, serverToken } from '../support/caller-token.ts'
import { cardPayment } from '../support/payments.ts'
import { type UpstreamCall, upstreamCustomer } from '../support/scripted-upstream.ts'
import { casesOf, fuzzSeed, progress } from './fuzz-options.ts'
import { serviceUnderFuzz } from './service-under-fuzz.ts'
import { inTime, wrongWith } from './undocumented.ts'
import { type Told, upstreamCase } from './upstream-cases.ts'

const cases = casesOf(2_000)
/** At the end, because such an answer may stop payments for the rest of the run. */
const firstLimited = Math.ceil(cases * 0.95)
/** The rarest case is one in 300. Far fewer means that most were never sent. */
const endingsMin = cases / 1_000
/** Most of a case is waiting: for a pause before a read is sent again, or for an answer that never comes. */
const atOnce = 60
const hangMs = 40_000

test('whatever BigCommerce answers, the service stays up and says nothing untrue of a charge', {
  timeout: 300_000,
}, async () => {
  const told = new Map<number, Told[]>()
  const chance = createRandom(fuzzSeed)
  const { app } = await serviceUnderFuzz({
    answer(call: UpstreamCall) {
      const random = chance.fork(`${call.operation} ${call.orderId} ${told.get(call.orderId)?.length ?? 0}`)
      // Most get as far as the charge and get an odd answer there.
      if (random.chance(call.operation === 'pay' ? 0 : 0.75)) return undefined
      const answer = upstreamCase(random, call, call.orderId >= firstLimited * 2)
      if (call.operation === 'pay') told.set(call.orderId, [...(told.get(call.orderId) ?? []), answer])
      return answer
    },
  })
  const [server, customer] = await Promise.all([
    serverToken(),
    callerToken({ customer_id: upstreamCustomer }),
  ])
  const endings = new Map<string, number>()

  async function one(orderId: number): Promise<void> {
    const authorization = `Bearer ${orderId % 4 === 0 ? customer : server}`
    const payload = cardPayment()
    const paid = await inTime(
      app.inject({
        method: 'POST',
        url: `/orders/${orderId}/pay`,
        headers: { authorization, 'idempotency-key': `key-of-order-${String(orderId).padStart(8, '0')}` },
        payload,
      }),
      hangMs,
    )
    const { statusCode: status, payload: text } = paid
    const charges = told.get(orderId) ?? []
    const wrong =
      wrongWith('POST', `/orders/${orderId}/pay`, { status, headers: paid.headers, text }) ??
      untruth(status, JSON.parse(text), charges)
    if (wrong !== null)
      throw new Error(`FUZZ_SEED=${fuzzSeed}, order ${orderId}: ${wrong}\nafter ${shown(charges)}`)
    const ending = `${status} ${JSON.parse(text).code ?? JSON.parse(text).data.status}`
    endings.set(ending, (endings.get(ending) ?? 0) + 1)

    for (const path of [`/orders/${orderId}/payments`, `/orders/${orderId}/payment-methods`]) {
      const read = await inTime(app.inject({ url: path, headers: { authorization } }), hangMs)
      const amiss = wrongWith('GET', path, {
        status: read.statusCode,
        headers: read.headers,
        text: read.payload,
      })
      if (amiss !== null) throw new Error(`FUZZ_SEED=${fuzzSeed}, order ${orderId}, ${path}: ${amiss}`)
    }
  }

  let next = 1
  // None waits for the slow answer of another.
  async function oneAfterAnother(end: number): Promise<void> {
    while (next <= end) {
      if (next % 1_000 === 1) progress('answers of BigCommerce', next - 1, cases)
      await one(next++ * 2)
    }
  }
  for (const end of [firstLimited - 1, cases]) {
    await Promise.all(Array.from({ length: atOnce }, () => oneAfterAnother(end)))
  }
  progress('answers of BigCommerce', cases, cases)
  for (const ending of [
    '201 success',
    '202 unknown',
    '202 pending',
    '402 payment_declined',
    '502 upstream_unusable',
  ])
    expect(endings.get(ending) ?? 0, `${ending} was reached`).toBeGreaterThan(endingsMin)
})

/** Problems that would say that nothing was charged although the charge was sent and BigCommerce gave no clear answer. */
const refusedFor = new Set([
  10001, 3001, 30000, 30001, 30002, 30003, 30004, 30050, 30051, 30102, 30103, 30104, 30106, 30107,
])

/** Compares what the caller is told about the money with what BigCommerce said, by its documentation. */
function untruth(status: number, body: { data?: { status: string } }, sent: readonly Told[]): string | null {
  // What was answered 429 was turned away, and is sent again.
  const taken = sent.filter((each) => each.status !== 429)
  if (taken.length > 1) return `${taken.length} charges were sent`
  const charge = taken[0] ?? sent[0]
  if (!charge) return status === 201 || status === 402 ? `${status} without any charge` : null
  const paid = recognised(charge)
  if (charge.isOdd && status === 202) return null
  if (status === 201) return paid === 'success' ? null : '201 without a recognised success'
  if (paid === 'success') return status === 202 ? null : `a recognised success was told as ${status}`
  if (status === 202)
    return body.data?.status === 'pending' && paid !== 'pending' ? 'pending was made up' : null
  // From here on the caller is told that nothing was charged.
  if (charge.status === null) return `${status} although nothing was answered`
  if (charge.status === 429) return null
  if (charge.status < 400 || charge.status >= 500) return `${status} after a ${charge.status}`
  const { code, errors } = (charge.json ?? {}) as { code?: unknown; errors?: unknown }
  const number = typeof code === 'string' && /^\d+$/.test(code) ? Number(code) : code
  if (typeof number === 'number' && refusedFor.has(number)) return null
  if (code !== undefined && code !== null && bigcommerceMeans(number))
    return `${status} after the code ${JSON.stringify(code)}`
  return typeof errors === 'object' && errors !== null ? null : `${status} although no reason was given`
}

const bigcommerceMeans = (code: unknown) => Number.isSafeInteger(code)

function recognised({ status, json }: Told): 'success' | 'pending' | null {
  if (status === null || status < 200 || status > 299 || typeof json !== 'object' || json === null)
    return null
  const isWrapped = 'data' in json && typeof json.data === 'object' && json.data !== null
  const {
    id,
    status: word,
    transaction_type: type,
  } = (isWrapped ? json.data : json) as Record<string, unknown>
  const isId =
    typeof id === 'string'
      ? id !== '' && id.length <= 255 && !/4242 4242/.test(id)
      : Number.isSafeInteger(id) && Number(id) > 0 && String(id) !== '4242424242424242'
  // What kind of transaction it was may be left out of a whole answer, not of a bare one.
  const isKind = type === 'purchase' || type === 'authorization' || (isWrapped && (type ?? '') === '')
  const isWhole = isId && isKind
  return isWhole && (word === 'success' || word === 'pending') ? word : null
}

const shown = (charges: readonly Told[]) =>
  charges.map(({ bytes, ending }) => `${String(bytes).slice(0, 700)} (${ending})`).join('\n')
