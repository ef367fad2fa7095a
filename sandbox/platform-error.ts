import type { Answer } from './answer.ts'

export const STATUS_CODES_PAGE = '/api-docs/getting-started/api-status-codes'

/** The two envelopes of the platform: V2 answers an array, V3 an object. */
export function platformError(path: string, status: number, message: string): Answer {
  const body = path.includes('/v2/')
    ? [{ status, message }]
    : { status, title: message, type: STATUS_CODES_PAGE, errors: {} }
  return { status, body }
}
