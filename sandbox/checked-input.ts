import { z } from 'zod'

export class InvalidInput extends Error {}

export function checkedInput<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input)
  if (!parsed.success) throw new InvalidInput(z.prettifyError(parsed.error))
  return parsed.data
}
