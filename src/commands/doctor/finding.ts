/** One line of the report. */
export interface Finding {
  /** What was looked at, in words that stay the same from version to version. */
  readonly check: string
  /** `not_checked` is neither good nor bad: nobody looked, and `says` why. */
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
/** As wide as the longest word, so that checks stand below each other. */
const columns = 'not checked'.length

/** A finding as a line to read, and what to do below it. */
export function lineOf({ check, status, says, advice }: Finding): string {
  const line = `${words[status].padEnd(columns)}  ${check}: ${says}`
  return printable(advice === undefined ? line : `${line}\n${' '.repeat(columns)}  → ${advice}`)
}

/** The line at the end. */
export function summaryOf(findings: readonly Finding[]): string {
  const count = (status: Finding['status']) => findings.filter((each) => each.status === status).length
  const [failures, warnings, unseen] = [count('failure'), count('warning'), count('not_checked')]
  return `${count('ok')} ok, ${warnings} warnings, ${failures} failures, ${unseen} not checked. Nothing was changed.`
}

/** Whether the service should be able to take payments. */
export const isFit = (findings: readonly Finding[]) => findings.every(({ status }) => status !== 'failure')

/** Words of other machines may hold what a terminal would act on. */
const printable = (text: string) => text.replaceAll(/[^\P{Cc}\n]/gu, '�')
