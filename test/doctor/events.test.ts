import { expect, test } from 'vitest'
import { answerWith, secretOf, startReceiver } from '../support/event-receiver.ts'
import { diagnose, startPatient, statusesOf } from './support/diagnose.ts'

const secret = { EVENTS_SECRET: secretOf(1) }
const findingIn = async (EVENTS_URL: string) => {
  const findings = await diagnose(await startPatient(), { EVENTS_URL, ...secret })
  return findings.filter(({ check }) => check === 'events')
}

test('a receiver that takes the test event is well, and has got it signed', async () => {
  const receiver = await startReceiver()
  expect(await findingIn(receiver.url)).toEqual([
    { check: 'events', status: 'ok', says: `${new URL(receiver.url).host} took a test event (204).` },
  ])
  expect(receiver.received).toMatchObject([
    { id: expect.stringMatching(/^evt_test_/), event: { type: 'test', data: {} } },
  ])
})

test.each([
  [401, 'EVENTS_SECRET'],
  [308, 'set EVENTS_URL to where it leads'],
  [500, 'Any 2xx'],
])('a receiver that answers %i is a warning, and what to do is said', async (status, advice) => {
  const receiver = await startReceiver()
  receiver.answer = answerWith(status, { location: 'https://elsewhere.example/events' })
  expect(await findingIn(receiver.url)).toMatchObject([
    {
      status: 'warning',
      says: expect.stringContaining(`answered ${status}`),
      advice: expect.stringContaining(advice),
    },
  ])
})

test('a receiver that is not there is a warning', async () => {
  expect(await findingIn('http://127.0.0.1:9/events')).toMatchObject([
    { status: 'warning', says: expect.stringContaining('ECONNREFUSED') },
  ])
})

test('where no events are sent nothing is said of them', async () => {
  const findings = await diagnose(await startPatient())
  expect(statusesOf(findings, 'events')).toEqual([])
})
