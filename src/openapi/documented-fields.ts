import { z } from 'zod'

/**
 * A string in an answer, with its greatest length, so that clients know how much room it needs. The length is not enforced
 * here: an answer is never withheld for it, and texts from BigCommerce are cut where they come in.
 */
export const textField = (description: string, example: string, maxLength = 255) =>
  z.string().meta({ description, examples: [example], maxLength })

/**
 * A word of a set that may grow: text, with the words known today. Not an enum, which clients generated today would hold
 * tomorrow's answer against.
 */
export const openSetField = (description: string, known: readonly string[], example: string) =>
  z.string().meta({
    description: `${description} Any other word may come; today there are ${known.map((word) => `\`${word}\``).join(', ')}.`,
    examples: [example],
    maxLength: 64,
    'x-extensible-enum': [...known],
  })

/** An instant in UTC, to the millisecond. */
export const instantField = (description: string) =>
  z.iso.datetime().meta({ description, examples: ['2026-11-22T13:00:00.000Z'], maxLength: 24 })
