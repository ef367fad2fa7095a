import { expect, test } from 'vitest'
import { callerToken } from '../support/caller-token.ts'
import { answerWith, type Receiver, secretOf, startReceiver } from '../support/event-receiver.ts'
import { createOrder } from '../support/orders.ts'
import { cardPayment } from '../support/payments.ts'
import { startTillgate } from '../support/start-tillgate.ts'

const token = callerToken({ customer_id: 11 })

async function startReporting(receiver: Receiver, environment: Record<string, string> = {}) {
  const tillgate = await startTillgate({
    reconciles: true,
    environment: { EVENTS_URL: receiver.url, EVENTS_SECRET: secretOf(1), ...environment },
  })
  const pay = async (body: object = cardPayment()) => {
    const orderId = createOrder(tillgate.sandbox)
    return { orderId, answer: await tillgate.call.pay(orderId, body, { token: await token }) }
  }
  return { ...tillgate, pay }
}

const toldTo = (receiver: Receiver) =>
  receiver.received.map(({ event }) => [event.type, event.data.previous_status, event.data.status])
const until = async (check: () => unknown, expected: unknown) =>
  expect.poll(check, { timeout: 15_000, interval: 100 }).toEqual(expected)

test('a payment is told once, as the API shows it, and with nothing of its instrument', async () => {
  const receiver = await startReceiver()
  const { pay, call, log, metrics } = await startReporting(receiver)
  const { orderId, answer } = await pay()
  expect(answer.status).toBe(201)
  await until(() => toldTo(receiver), [['payment.success', 'processing', 'success']])
  const shown = await call(`/orders/${orderId}/payments/${answer.body.data.id}`, { token: await token })
  const [{ event, body, id } = { event: null, body: '', id: '' }] = receiver.received
  expect(event).toEqual({
    type: 'payment.success',
    timestamp: shown.body.data.updated_at,
    data: { ...shown.body.data, previous_status: 'processing' },
  })
  expect(id).toBe(`evt_${shown.body.data.id}_success`)
  for (const secret of ['4242', 'Jane', '422', String(await token)]) expect(body).not.toContain(`"${secret}`)
  await until(
    async () => (await metrics()).filter((line) => line.startsWith('tillgate_event')),
    [
      'tillgate_event_tries_total{result="delivered"} 1',
      'tillgate_event_tries_total{result="failed"} 0',
      'tillgate_event_tries_total{result="stopped"} 0',
      'tillgate_events{state="waiting"} 0',
      'tillgate_events{state="dead"} 0',
      'tillgate_events_oldest_age_seconds 0',
    ],
  )
  expect(log.join()).toContain('"eventType":"payment.success"')
  expect(log.join()).not.toContain('unlisted event')
})

test('a declined card and a lost answer are told as what they are', async () => {
  const receiver = await startReceiver()
  const { pay, sandbox } = await startReporting(receiver)
  await pay(cardPayment({ number: '4000000000000002' }))
  await until(() => toldTo(receiver), [['payment.declined', 'processing', 'declined']])
  await sandbox.faults.add({ operation: 'pay', kind: 'reset_after_charge', times: 1 })
  expect((await pay()).answer.status).toBe(202)
  await until(
    () => toldTo(receiver).slice(1),
    [
      ['payment.held', 'processing', 'unknown'],
      ['payment.success', 'unknown', 'success'],
    ],
  )
  expect(receiver.received[1]?.event.data.why).toBe('No clear answer to the charge came.')
})

test('a receiver that fails gets the same event again, and others are not held up by it', async () => {
  const receiver = await startReceiver()
  const { pay } = await startReporting(receiver)
  let failing = ''
  receiver.answer = (response, received) => {
    failing ||= received.id
    answerWith(received.id === failing && receiver.received.length < 4 ? 410 : 200)(response, received)
  }
  await pay()
  await until(() => receiver.received.length, 1)
  await pay()
  await until(() => receiver.received.map(({ id }) => id === failing), [true, false])
  await until(() => receiver.received.slice(2).map(({ id }) => id === failing), [true])
  const [first, , second] = receiver.received
  expect([second?.body, second?.id]).toEqual([first?.body, first?.id])
})

test('what was told of a payment that had just ended is sent before the service closes', async () => {
  const receiver = await startReceiver()
  const { pay, close } = await startReporting(receiver)
  await pay()
  await close()
  expect(toldTo(receiver)).toEqual([['payment.success', 'processing', 'success']])
})

test('a receiver that hangs does not keep the service from closing', async () => {
  const receiver = await startReceiver()
  const { pay, close } = await startReporting(receiver)
  receiver.answer = () => {}
  await pay()
  await until(() => receiver.received.length, 1)
  const beganAtMs = performance.now()
  await close()
  expect(performance.now() - beganAtMs).toBeLessThan(9_000)
})

test('while a secret is replaced, a receiver that knows either gets its events', async () => {
  const receiver = await startReceiver(secretOf(2))
  const { pay } = await startReporting(receiver, { EVENTS_SECRET: `${secretOf(1)},${secretOf(2)}` })
  await pay()
  await until(() => toldTo(receiver), [['payment.success', 'processing', 'success']])
})
