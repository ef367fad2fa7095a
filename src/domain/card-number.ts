/** Prefixes and lengths of the brands, as their networks publish them. A number of no brand is no card number. */
const BRANDS = [
  // Visa. Thirteen digits are long out of use, and mobile numbers of Germany and Austria (+49, +43) look the same.
  /^4(?:(?![93])\d{12}|\d{15}|\d{17,18})$/,
  // Mastercard
  /^(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}$/,
  // American Express
  /^3[47]\d{13}$/,
  // Diners Club
  /^3(?:0[0-59]|[689]\d)\d{11}(?:\d{2}|\d{5})?$/,
  // JCB, and its first ranges
  /^(?:35(?:2[89]|[3-8]\d)|30(?:8[89]|9\d)|31[0125]\d|33[34]\d)\d{12}(?:\d{3})?$/,
  /^(?:2131|1800)\d{11}$/,
  // Mir
  /^220[0-4]\d{12}(?:\d{3})?$/,
  // Discover, UnionPay, RuPay, Maestro, Elo, Hipercard, Verve, Dankort
  /^(?:5[0678]|6\d|8[12])\d{14,17}$/,
  // TROY
  /^9792\d{12}$/,
]

/** The check digit of ISO/IEC 7812, by Luhn. */
function hasCheckDigit(digits: string): boolean {
  let sum = 0
  for (let place = 0; place < digits.length; place++) {
    const digit = Number(digits[digits.length - 1 - place]) * (place % 2 === 0 ? 1 : 2)
    sum += digit > 9 ? digit - 9 : digit
  }
  return sum % 10 === 0
}

const isCardNumber = (digits: string) => BRANDS.some((brand) => brand.test(digits)) && hasCheckDigit(digits)

/** MMYY, YYMM or the same with a year of four digits, and perhaps a security code: what may follow the number. */
const expiry = /^(?:(?:0[1-9]|1[0-2])(?:20)?\d\d|(?:20)?\d\d(?:0[1-9]|1[0-2]))(?:\d{3,4})?$/

const shortest = 13
const longest = 19

/** An order's number and a time stamp at once are no card number with a code. */
const endsInTime = (digits: string) => [10, 13].some((length) => time.test(digits.slice(-length)))

/** A security code alone, or zeros that fill a field up. Behind a number of thirteen digits it would be any number of sixteen. */
const codeOrFilling = /^(?:\d{3,4}|0+)$/
const shortestWithCode = 15

/** A run of digits that is a card number, with zeros before it, and an expiry, a security code, zeros or another card number behind it. */
function isCardRun(run: string): boolean {
  const digits = run.replace(/^0+/, '')
  for (let length = shortest; length <= longest && length <= digits.length; length++) {
    const behind = digits.slice(length)
    const mayFollow =
      behind === '' ||
      expiry.test(behind) ||
      (length >= shortestWithCode &&
        !endsInTime(digits) &&
        (codeOrFilling.test(behind) || isCardNumber(behind)))
    if (mayFollow && isCardNumber(digits.slice(0, length))) return true
  }
  return false
}

/** Seconds or milliseconds since 1970, or a date, perhaps with the time of day, until 2050: what shops put beside the number of an order. */
const time =
  /^(?:(?:1[6-9]|2[0-5])\d{8}(?:\d{3})?|20[2-5]\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:\d\d){0,3})$/

/**
 * As people and tools group a card number: in equal groups of up to four, of which the last may be shorter; or in larger ones
 * that end where those of four do, where the six digits of the issuer do, or where those of 4-6-5 and 4-6-4 do. Of such larger groups none may be a time.
 */
function isCardGrouping(groups: readonly string[]): boolean {
  const lengths = groups.map(({ length }) => length)
  const [first = 0] = lengths
  const [last = 0] = lengths.slice(-1)
  const areEqual = lengths.slice(0, -1).every((length) => length === first) && last <= first
  if (areEqual && first <= 4) return true
  const ends = lengths.slice(0, -1).map((_, index) => lengths.slice(0, index + 1).reduce(sum, 0))
  const digits = lengths.reduce(sum, 0)
  const isGrouped =
    ends.every((end) => end % 4 === 0 || end === 6) || (digits < 16 && ends.every(isOfFourSixFive))
  return isGrouped && !groups.some((group) => time.test(group))
}

const sum = (one: number, other: number) => one + other
const isOfFourSixFive = (end: number) => end === 4 || end === 10

/** Whether some groups in a row are one card number. */
function areCardGroups(groups: readonly string[]): boolean {
  return groups.some((_group, from) => {
    for (let to = from + 1, digits = ''; to <= groups.length && digits.length < longest; to++) {
      digits += groups[to - 1]
      if (digits.length < shortest || digits.length > longest) continue
      if (isCardGrouping(groups.slice(from, to)) && isCardNumber(digits)) return true
    }
    return false
  })
}

/** Digits, and groups of digits that something other than a letter or digit separates. */
const digitGroups = /\d+(?:[^\p{L}\p{N}]{1,3}\d+)*/gu
/** Of RFC 9562, with version and variant in their places. */
const uuids = /(?<![a-z\d])[\da-f]{8}-[\da-f]{4}-[1-8][\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}(?![a-z\d])/gi
const wholeUuid = /^[\da-f]{8}-[\da-f]{4}-[1-8][\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/i
/** As long as hashes and trace ids are. */
const hexWords = /(?<![a-z\d])(?:[\da-f]{32}|[\da-f]{40}|[\da-f]{64})(?![a-z\d])/gi

/**
 * A random hexadecimal id has digits here and there. One in which a long run of digits is all of them was made by hand. One that was made of
 * a card number and letters passes: so do one in fifty thousand random ones begin.
 */
const isRandom = (hexWord: string) => /[a-f]/i.test(hexWord) && /\d/.test(hexWord.replaceAll(/\d{13,}/g, ''))

const decimalDigit = /\p{Nd}/u
/** As keyboards of other alphabets write them, Arabic and Persian ones for example. */
const otherDigits = /(?!\d)\p{Nd}/gu

/** Unicode has the ten digits of an alphabet in a row, from zero on. */
function asLatinDigit(digit: string): string {
  const code = digit.codePointAt(0) ?? 0
  let before = 0
  while (decimalDigit.test(String.fromCodePoint(code - before - 1))) before += 1
  return String(before % 10)
}

/**
 * Whether a text holds what reads as a card number: 13 to 19 digits of a known brand with a valid check digit, in groups,
 * inside a word (`card4111…`), or with an expiry. Every value that a client chooses and that is kept, logged or traced is
 * asked this, and refused or left out.
 *
 * What shops use as keys and ids must pass. Among random UUIDs one in a thousand would hold such digits by chance, and among
 * random hexadecimal ids one in five thousand, so these are exempt. An order's number beside a time stamp
 * (`412345-1732700000`) passes, although a card number may be grouped so.
 */
export function holdsCardNumber(text: string): boolean {
  if (hasTooFewDigits(text) || wholeUuid.test(text)) return false
  const plain = decoded(text)
    .normalize('NFKC')
    .replaceAll(otherDigits, asLatinDigit)
    .replaceAll(uuids, 'x')
    .replaceAll(hexWords, (word) => (isRandom(word) ? 'x' : word))
  return (plain.match(digitGroups) ?? []).some((found) => {
    const groups = found.split(/\D+/)
    return groups.some(isCardRun) || areCardGroups(groups)
  })
}

/** Nearly every text ends here. In other alphabets one letter may stand for several digits, and so does `%34`. */
function hasTooFewDigits(text: string): boolean {
  let digits = 0
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code > 0x7e || code === percent) return false
    if (code >= zero && code <= nine) digits += 1
  }
  return digits < shortest
}

const [percent, zero, nine] = [0x25, 0x30, 0x39]

/** Headers that tools write may be percent-encoded. */
function decoded(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
