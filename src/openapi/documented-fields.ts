import { z } from 'zod'

/**
 * A string in an answer. The longest that may come is told, so that a client knows what to make room for. It is not
 * enforced here, since an answer is never withheld for its length: what BigCommerce sends is cut where it comes in.
 */
export const textField = (description: string, example: string, maxLength = 255) =>
  z.string().meta({ description, examples: [example], maxLength })

/** An instant in UTC, to the millisecond. */
export const instantField = (description: string) =>
  z.iso.datetime().meta({ description, examples: ['2026-11-22T13:00:00.000Z'], maxLength: 24 })
