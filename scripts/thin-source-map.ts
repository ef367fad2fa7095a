/*
 * Node reads the whole source map of a program when it starts, which takes it 70 ms and 12 MB where every word has its place in
 * the sources. A stack trace needs lines alone.
 */

interface SourceMap {
  readonly mappings: string
  readonly [field: string]: unknown
}

/** @returns the map with the first place of each line alone, and without the sources' text. */
export function thinSourceMap(text: string): string {
  const { sourcesContent: _, ...map }: SourceMap = JSON.parse(text)
  /** Where the last segment was, and where the last segment that is kept was: source, line, column. */
  const read = [0, 0, 0]
  const written = [0, 0, 0]
  const lines = map.mappings.split(';').map((line) => {
    let first: number[] | null = null
    for (const segment of line.split(',')) {
      const [column, ...place] = numbersOf(segment)
      if (column === undefined || place.length < read.length) continue
      for (const index of read.keys()) read[index] = (read[index] ?? 0) + (place[index] ?? 0)
      first ??= [0, ...read]
    }
    if (first === null) return ''
    const [column = 0, ...place] = first
    const deltas = place.map((value, index) => value - (written[index] ?? 0))
    written.splice(0, written.length, ...place)
    return [column, ...deltas].map(textOf).join('')
  })
  return JSON.stringify({ ...map, mappings: lines.join(';') })
}

const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const bitsOfDigit = 5
const more = 1 << bitsOfDigit

/** Of a segment: numbers in base64 VLQ, their sign in the lowest bit. */
function numbersOf(segment: string): number[] {
  const numbers: number[] = []
  let value = 0
  let shift = 0
  for (const letter of segment) {
    const digit = digits.indexOf(letter)
    value += (digit & (more - 1)) << shift
    shift += bitsOfDigit
    if (digit & more) continue
    numbers.push(value & 1 ? -(value >> 1) : value >> 1)
    value = 0
    shift = 0
  }
  return numbers
}

function textOf(number: number): string {
  let rest = number < 0 ? (-number << 1) | 1 : number << 1
  let text = ''
  do {
    const digit = rest & (more - 1)
    rest >>= bitsOfDigit
    text += digits[rest > 0 ? digit | more : digit]
  } while (rest > 0)
  return text
}
