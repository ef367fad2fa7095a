import cardValidator from 'card-validator'

// Not issued any more, but among Authorize.Net's test cards: Visa numbers of 13 digits, and the first ranges of JCB.
const { creditCardType } = cardValidator
creditCardType.updateCard('visa', { lengths: [13, 16, 18, 19] })
creditCardType.updateCard('jcb', {
  patterns: [2131, 1800, [3088, 3094], [3096, 3102], [3112, 3120], [3158, 3159], [3337, 3349], [3528, 3589]],
})

/** Digits in a row, as many as a card number has, with the spaces and hyphens that people type between them. */
const digitRuns = /\d(?:[ -]?\d){12,18}/g
/** The same as a word of its own, not as a part of a longer word such as a UUID or a hash. */
const digitWords = /(?<![A-Za-z0-9])\d{13,19}(?![A-Za-z0-9])/g
const groupedDigits = /^\d(?:[ ._-]?\d){12,18}$/

const isValid = (digits: string) => cardValidator.number(digits.replace(/\D/g, '')).isValid

/** Whether a text contains something that may be a card number, even inside a word. */
export const holdsCardNumber = (text: string): boolean => (text.match(digitRuns) ?? []).some(isValid)

/**
 * Whether an id is a card number, or contains one as a word. Less strict than `holdsCardNumber`, which would refuse one in a
 * thousand random hexadecimal ids.
 */
export const isCardNumber = (id: string): boolean =>
  (id.match(digitWords) ?? []).some(isValid) || (groupedDigits.test(id) && isValid(id))
