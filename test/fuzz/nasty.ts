import type { Random } from '../chaos/random.ts'

/** Raw JSON that no JavaScript value serializes to. */
export interface Literal {
  readonly literal: string
}

const literals = [
  '1e400',
  '-1e400',
  '1e-400',
  '-0',
  '0.1e1',
  '123456789012345678901234567890',
  'NaN',
  'Infinity',
  'undefined',
  '0x10',
  '01',
  '.5',
  '"\\ud800"',
  '"\\u0000"',
  '"\\x41"',
  "'single'",
  '{"a":1,"a":2}',
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  '[1,]',
  '{"a":1,}',
  '// comment',
  '',
  'nul',
]

const texts = [
  '',
  ' ',
  'NaN',
  'Infinity',
  '-Infinity',
  'null',
  'undefined',
  '[object Object]',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '1e3',
  '0x1F',
  '４２４２',
  '4242 4242 4242 4242',
  '\u0000',
  '\u202e4242',
  '\ufeff',
  '\ud800',
  '🃏'.repeat(50),
  'a'.repeat(300),
  '%n%s%x',
  "'; DROP TABLE payment_attempts; --",
  '<script>alert(1)</script>',
  '../../etc/passwd',
  '%00',
  '\r\nx: y',
  '2030',
  'card',
  'stored_card',
  'gift_certificate',
]

const numbers = [
  0,
  -1,
  1,
  1.5,
  -0,
  2 ** 31,
  2 ** 53,
  2 ** 53 + 2,
  Number.MAX_VALUE,
  Number.MIN_VALUE,
  1e21,
  4242424242424242,
]

/** An unexpected value. */
export function nastyValue(random: Random, depth = 0): unknown {
  switch (random.between(0, depth > 3 ? 5 : 10)) {
    case 0:
      return null
    case 1:
      return random.chance(0.5)
    case 2:
    case 3:
      return numbers[random.between(0, numbers.length - 1)]
    case 4:
    case 5:
      return texts[random.between(0, texts.length - 1)]
    case 6:
      return { literal: literals[random.between(0, literals.length - 1)] }
    case 7:
      return Array.from({ length: random.between(0, 4) }, () => nastyValue(random, depth + 1))
    case 8:
      return nested(random)
    default:
      return Object.fromEntries(
        Array.from({ length: random.between(0, 4) }, () => [
          nastyName(random),
          nastyValue(random, depth + 1),
        ]),
      )
  }
}

export const nastyText = (random: Random): string => texts[random.between(0, texts.length - 1)] ?? ''

const nastyName = (random: Random): string =>
  random.chance(0.3)
    ? nastyText(random)
    : random.pick(['type', 'number', 'token', 'data', 'id', 'status', 'payment', 'code', 'errors'])

function nested(random: Random): Literal {
  const depth = random.pick([3, 50, 500, 4_000])
  return random.chance(0.5)
    ? { literal: `${'['.repeat(depth)}${']'.repeat(depth)}` }
    : { literal: `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}` }
}

/** Writes JSON, with raw literals unchanged. */
export function written(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  if ('literal' in value) return String(value.literal)
  if (Array.isArray(value)) return `[${value.map(written).join(',')}]`
  return `{${Object.entries(value)
    .map(([name, member]) => `${JSON.stringify(name)}:${written(member)}`)
    .join(',')}}`
}

/** The same value with one random change. */
export function mutated(value: unknown, random: Random): unknown {
  if (typeof value !== 'object' || value === null || 'literal' in value || random.chance(0.1))
    return nastyValue(random)
  if (Array.isArray(value)) {
    if (value.length === 0 || random.chance(0.2)) return [...value, nastyValue(random)]
    const at = random.between(0, value.length - 1)
    return value.map((member, index) => (index === at ? mutated(member, random) : member))
  }
  const members = Object.entries(value)
  const at = random.between(0, members.length - 1)
  const [name, member] = members[at] ?? [nastyName(random), null]
  switch (random.between(0, 5)) {
    case 0:
      return Object.fromEntries(members.filter((_, index) => index !== at))
    case 1:
      return { ...value, [nastyName(random)]: nastyValue(random) }
    case 2: {
      // The name appears twice; the later value counts.
      const twice = `${JSON.stringify(name)}:${written(nastyValue(random))}`
      return { literal: written(value).replace(/\}$/, `${members.length > 0 ? ',' : ''}${twice}}`) }
    }
    default:
      return { ...value, [name]: mutated(member, random) }
  }
}

/** Damages some bytes: cut off, doubled, swapped, invalid UTF-8. */
export function damaged(bytes: Buffer, random: Random): Buffer {
  if (bytes.length === 0) return bytes
  const at = random.between(0, bytes.length - 1)
  switch (random.between(0, 4)) {
    case 0:
      return bytes.subarray(0, at)
    case 1:
      return Buffer.concat([
        bytes.subarray(0, at),
        Buffer.from([random.between(0, 255)]),
        bytes.subarray(at + 1),
      ])
    case 2:
      return Buffer.concat([bytes.subarray(0, at), Buffer.from([0xc3, 0x28, 0xff]), bytes.subarray(at)])
    case 3:
      return Buffer.concat([bytes, bytes.subarray(at)])
    default:
      return Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes])
  }
}
