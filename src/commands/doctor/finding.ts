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
