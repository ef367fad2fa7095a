import { createHash, randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createCanaries } from './canaries.ts'
import { createSearch } from './search.ts'

const canaries = createCanaries(['738', '941'])
const card = canaries.card()
const search = createSearch(canaries, [card])
const noise = (text: string | Buffer) =>
  Buffer.concat([
    randomBytes(50_000),
    Buffer.from('{"a":"'),
    Buffer.from(text),
    Buffer.from('"}'),
    randomBytes(50_000),
  ])
const found = (text: string | Buffer) => [...search({ where: 'here', bytes: noise(text) })]

test('noise holds no canary', () => {
  expect(found('nothing at all')).toEqual([])
})

const groups = (by: string) => card.replace(/(\d{4})(?=\d)/g, `$1${by}`)
const everyByte = (text: string, write: (hex: string) => string) =>
  [...Buffer.from(text)].map((byte) => write(byte.toString(16))).join('')

describe('a card number is found', () => {
  test.each<[string, string | Buffer]>([
    ['as it is', card],
    ['spaced', groups(' ')],
    ['dashed', groups('-')],
    ['reversed', [...card].reverse().join('')],
    ['in base64', Buffer.from(card).toString('base64')],
    ['in base64 of JSON', Buffer.from(`{"number":"${card}"}`).toString('base64')],
    ['in base64 one byte further', Buffer.from(`{"number": "${card}"}`).toString('base64')],
    ['in base64 two bytes further', Buffer.from(`{ "number": "${card}"}`).toString('base64url')],
    ['in hex', Buffer.from(card).toString('hex')],
    ['as a dump shows it', [...Buffer.from(card)].map((byte) => byte.toString(16)).join(' ')],
    ['url-encoded', everyByte(card, (hex) => `%${hex}`)],
    ['JSON-escaped', everyByte(card, (hex) => `\\u00${hex}`)],
    ['as a form', groups('+')],
    ['in two bytes each', Buffer.from(card, 'utf16le')],
    ['as a number', `,${Number(card)},`],
    ['without its last three', `${card.slice(0, -3)}***`],
    ['as a digest', createHash('sha256').update(card).digest('hex')],
    ['as a digest in base64', ` ${createHash('sha1').update(card).digest('base64')} `],
  ])('%s', (_form, text) => {
    expect(found(text).join()).toMatch(/card number/)
  })

  test('and not where its first six and last four stand', () => {
    expect(found(`${card.slice(0, 3)}***${card.slice(-3)}`)).toEqual([])
  })
})

test.each(['738', '941'])('the CVV %s is found as a value, and not inside of other numbers', (cvv) => {
  expect(found(`","verification_value":"${cvv}`)).toHaveLength(1)
  expect(found(`{\\"verification_value\\":\\"${cvv}\\"}`)).not.toEqual([])
  expect(found(`","n":"1${cvv}0`)).toEqual([])
})

test('a PAT is found by its signature and by its claims, and the store token by itself', () => {
  const pat = `eyJ.${Buffer.from(JSON.stringify({ jti: canaries.patMarks.jti })).toString('base64url')}.${canaries.patMarks.signature}`
  expect(found(pat).length).toBeGreaterThan(1)
  expect(found(`x-auth-token: ${canaries.storeToken}`)).toHaveLength(1)
  expect([...search({ where: 'heap', bytes: noise(canaries.storeToken), except: ['store token'] })]).toEqual(
    [],
  )
})
