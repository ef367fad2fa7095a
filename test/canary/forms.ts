/** The ways in which a value may be written down somewhere. */
export function formsOf(value: string): Record<string, Buffer> {
  const bytes = Buffer.from(value)
  const each = (write: (byte: number) => string) => Buffer.from([...bytes].map(write).join(''))
  const hex = (byte: number) => byte.toString(16).padStart(2, '0')
  return {
    raw: bytes,
    reversed: Buffer.from([...value].reverse().join('')),
    hex: each(hex),
    'hex, spaced': Buffer.from([...bytes].map(hex).join(' ')),
    'url-encoded': each((byte) => `%${hex(byte).toUpperCase()}`),
    'url-encoded, small': each((byte) => `%${hex(byte)}`),
    'json-escaped': each((byte) => `\\u00${hex(byte)}`),
    'in two bytes each': Buffer.from(value, 'utf16le'),
    ...Object.fromEntries(
      [0, 1, 2].map((shift) => [`base64, shifted by ${shift}`, base64Inside(value, shift)]),
    ),
  }
}

/** What of a value's base64 is the same whatever stands before and after it, at one of the three alignments. */
function base64Inside(value: string, shift: number): Buffer {
  const encoded = Buffer.from('\0'.repeat(shift) + value)
    .toString('base64')
    .replaceAll('=', '')
  const bits = (shift + Buffer.byteLength(value)) * 8
  return Buffer.from(encoded.slice(Math.ceil((shift * 8) / 6), Math.floor(bits / 6)))
}

/** Those of the digits inside a card number of sixteen, as people and programs group them: `4nnd dddd dddd dnnc`. */
export function formsOfCardDigits(digits: string): Record<string, Buffer> {
  const grouped = (by: string) =>
    [digits.slice(0, 1), digits.slice(1, 5), digits.slice(5, 9), digits.slice(9)].join(by)
  const separators = {
    ' ': 'spaced',
    '-': 'dashed',
    '.': 'dotted',
    '+': 'form-encoded',
    '%20': 'spaced, url-encoded',
    _: 'with underscores',
  }
  const groupings = Object.entries(separators).flatMap(([by, name]) => [
    [name, Buffer.from(grouped(by))] as const,
    [`${name}, reversed`, Buffer.from([...grouped(by)].reverse().join(''))] as const,
  ])
  return { ...formsOf(digits), ...Object.fromEntries(groupings) }
}
