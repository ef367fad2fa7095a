import { z } from 'zod'

/**
 * A string in an answer, with its greatest length, so that clients know how much room it needs. The length is not enforced
 * here: an answer is never withheld for it, and texts from BigCommerce are cut where they come in.
 */
export const textField = (description: string, example: string, maxLength = 255) =>
  z.string().meta({ description, examples: [example], maxLength })

/** An instant in UTC, to the millisecond. */
export const instantField = (description: string) =>
  z.iso.datetime().meta({ description, examples: ['2026-11-22T13:00:00.000Z'], maxLength: 24 })
