import type { Answer } from './answer.ts'

export const STATUS_CODES_PAGE = '/api-docs/getting-started/api-status-codes'

/** The platform's two error bodies: an array in V2, an object in V3. */
export function platformError(path: string, status: number, message: string): Answer {
  const body = path.includes('/v2/')
    ? [{ status, message }]
    : { status, title: message, type: STATUS_CODES_PAGE, errors: {} }
  return { status, body }
}
