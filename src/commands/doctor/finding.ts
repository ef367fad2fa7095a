/** One line of the report. */
export interface Finding {
  /** What was checked, in words that stay the same from version to version. */
  readonly check: string
  /** `not_checked` is neither good nor bad; `says` tells why it was not checked. */
  readonly status: 'ok' | 'warning' | 'failure' | 'not_checked'
  /** What was seen; never a secret. */
  readonly says: string
  /** What to do about it. */
  readonly advice?: string
}

/** Makes the findings of one check. */
export const findingsOf = (check: string) => ({
  ok: (says: string): Finding => ({ check, status: 'ok', says }),
  warning: (says: string, advice: string): Finding => ({ check, status: 'warning', says, advice }),
  failure: (says: string, advice: string): Finding => ({ check, status: 'failure', says, advice }),
  notChecked: (says: string, advice?: string): Finding => ({
    check,
    status: 'not_checked',
    says,
    ...(advice === undefined ? {} : { advice }),
  }),
})

const words = { ok: 'ok', warning: 'warning', failure: 'FAILURE', not_checked: 'not checked' } as const
/** As wide as the longest word, so that the checks line up. */
const columns = 'not checked'.length

/** A finding as a line to read, and what to do below it. */
export function lineOf({ check, status, says, advice }: Finding): string {
  const line = `${words[status].padEnd(columns)}  ${check}: ${says}`
  return printable(advice === undefined ? line : `${line}\n${' '.repeat(columns)}  → ${advice}`)
}

/** The line at the end. */
export function summaryOf(findings: readonly Finding[]): string {
  const count = (status: Finding['status']) => findings.filter((each) => each.status === status).length
  const counted = (status: 'warning' | 'failure') =>
    count(status) === 1 ? `1 ${status}` : `${count(status)} ${status}s`
  const parts = [
    `${count('ok')} ok`,
    counted('warning'),
    counted('failure'),
    `${count('not_checked')} not checked`,
  ]
  return `${parts.join(', ')}. Nothing was changed.`
}

/** Whether the service should be able to take payments. */
export const isFit = (findings: readonly Finding[]) => findings.every(({ status }) => status !== 'failure')

/** Texts from other machines may hold control characters that a terminal would act on. */
const printable = (text: string) => text.replaceAll(/[^\P{Cc}\n]/gu, '�')
