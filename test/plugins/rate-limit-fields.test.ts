import { expect, test } from 'vitest'
import { rateLimitItems } from '../../src/plugins/rate-limits.ts'

const quota = { name: 'address', limit: 600, windowSeconds: 60, remaining: 598, resetSeconds: 31 }

test('an allowance is an item of each structured field, under one name', () => {
  expect(rateLimitItems(quota)).toEqual({ policy: '"address";q=600;w=60', state: '"address";r=598;t=31' })
})

test('what is left is never less than nothing: the draft knows no negative number', () => {
  expect(rateLimitItems({ ...quota, remaining: -2 }).state).toBe('"address";r=0;t=31')
})
