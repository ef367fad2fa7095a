import { expect, test } from 'vitest'
import { wordsOfDoubt } from '../../../demo/page/shopper-words.ts'

test('only a payment that has not started may be forgotten; about any other, the shopper is told not to pay again', () => {
  expect(wordsOfDoubt('busy', 20, null)).toEqual({
    title: 'Your payment has not started yet',
    urgent: null,
    text: 'Nothing has been charged.',
    next: 'We try again by ourselves. You need not do anything.',
  })
  for (const doubt of ['lost', 'processing', 'pending', 'unknown', 'needs_review'] as const) {
    const { urgent, text, next } = wordsOfDoubt(doubt, 1, null)
    expect(urgent).toBe('Please do not pay again.')
    expect(`${text} ${next}`).not.toMatch(/nothing (has been|was) charged/i)
  }
})

test('what happens next names the time at which the order is free at the latest, where it is known', () => {
  const { next } = wordsOfDoubt('unknown', 1, '2026-11-22T14:20:00.000Z')

  expect(next).toMatch(/If nothing was charged, you can pay again by \d{1,2}:20 [AP]M\./)
})
