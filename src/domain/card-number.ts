import cardValidator from 'card-validator'

/** Runs of digits as long as a card number, with the spaces and hyphens that people put in. */
const digitRuns = /\d(?:[ -]?\d){12,18}/g
/** The same, standing by themselves: no part of a longer word, as in the UUIDs and hashes that ids are made of. */
const digitWords = /(?<![A-Za-z0-9])\d{13,19}(?![A-Za-z0-9])/g
const groupedDigits = /^\d(?:[ ._-]?\d){12,18}$/

const isValid = (digits: string) => cardValidator.number(digits.replace(/\D/g, '')).isValid

/** Whether there is anything in a text that may be a card number, even inside a word. */
export const holdsCardNumber = (text: string): boolean => (text.match(digitRuns) ?? []).some(isValid)

/**
 * Whether an id is a card number, or has one as a word of it. Less strict than `holdsCardNumber`, which would refuse
 * one random hexadecimal id in a thousand.
 */
export const isCardNumber = (id: string): boolean =>
  (id.match(digitWords) ?? []).some(isValid) || (groupedDigits.test(id) && isValid(id))
