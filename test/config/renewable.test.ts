import { expect, test } from 'vitest'
import { createRenewable } from '../../src/config/renewable.ts'

test('what is read again replaces what was, and says so', () => {
  let onDisk: string | null = 'one'
  const value = createRenewable('one', () => onDisk)
  expect([value.renew(), value.current()]).toEqual(['unchanged', 'one'])
  onDisk = 'two'
  expect([value.current(), value.renew(), value.current()]).toEqual(['one', 'renewed', 'two'])
})

test('what cannot be used never replaces what can', () => {
  const value = createRenewable<string>('one', () => null)
  expect([value.renew(), value.current()]).toEqual(['kept', 'one'])
})

test('what came from nowhere it could be read again stays', () => {
  const value = createRenewable('one', null)
  expect([value.renew(), value.current()]).toEqual(['unchanged', 'one'])
})

test('values that are the same in another form are not renewed', () => {
  const value = createRenewable(
    { key: 1 },
    () => ({ key: 1 }),
    (one, other) => one.key === other.key,
  )
  expect(value.renew()).toBe('unchanged')
})
