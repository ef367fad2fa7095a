/** Things that no client may ever do, kept apart from ordinary refusals so that tests can demand none. */
export type Violation = {
  readonly host: 'management' | 'payments'
  readonly what: string
  readonly path: string
  readonly at: number
}

export type Violations = ReturnType<typeof createViolations>

export function createViolations({ now }: { now: () => number }) {
  const violations: Violation[] = []

  return {
    add(violation: Omit<Violation, 'at'>): void {
      violations.push({ ...violation, at: now() })
    },
    list: (): Violation[] => [...violations],
  }
}
