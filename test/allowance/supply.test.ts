import { expect, test } from 'vitest'
import { createForecast } from '../../src/allowance/supply.ts'

const permits = (...all: [number, string][]) => all.map(([backInMs, holder]) => ({ backInMs, holder }))
const waits = (forecast: ReturnType<typeof createForecast>, turns: number) =>
  Array.from({ length: turns }, (_, index) => forecast.waitMs(index + 1))

test('one instance gets each permit as it comes back, and again a cycle later', () => {
  const forecast = createForecast(permits([300, 'me'], [100, 'me'], [-50, '']), 'me', 4_200)
  expect(waits(forecast, 5)).toEqual([0, 100, 300, 4_200, 4_300])
})

test('of two instances that share them evenly each gets every other one', () => {
  const shared = permits([100, 'me'], [200, 'other'], [300, 'me'], [400, 'other'])
  expect(waits(createForecast(shared, 'me', 4_200), 3)).toEqual([200, 400, 4_400])
})

test('an instance without a permit counts on an even share, one with more on what it has', () => {
  const flooded = permits([100, 'flood'], [200, 'flood'], [300, 'flood'], [400, 'flood'])
  expect(createForecast(flooded, 'me', 4_200).waitMs(1)).toBe(200)
  const mostlyOurs = permits([100, 'me'], [200, 'me'], [300, 'me'], [400, 'other'])
  expect(createForecast(mostlyOurs, 'me', 4_200).waitMs(3)).toBe(400)
})

test('permits that are held back and that no other instance uses are all ours', () => {
  const heldBack = permits([2_000, ''], [2_000, ''], [4_200, 'me'])
  expect(waits(createForecast(heldBack, 'me', 4_200), 3)).toEqual([2_000, 2_000, 4_200])
})
