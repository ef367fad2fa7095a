import type { Answer } from './answer.ts'
import { REFUSALS, type RefusalCode } from './data/refusals.ts'
import { STATUS_CODES_PAGE } from './platform-error.ts'

export type RefusalDetails = {
  readonly status?: number
  readonly detail?: string
  readonly errors?: Readonly<Record<string, string>>
}

/** The error body of the payments endpoints: a platform error with a code of the published table. */
export function refusal(code: RefusalCode, { status, detail, errors }: RefusalDetails = {}): Answer {
  const kind = REFUSALS[code]
  const answered = status ?? kind.status
  const body = {
    status: answered,
    title: kind.title,
    type: STATUS_CODES_PAGE,
    code,
    ...(detail === undefined ? {} : { detail }),
    ...(errors === undefined ? {} : { errors }),
  }
  return { status: answered, body }
}
