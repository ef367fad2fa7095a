import { z } from 'zod'

const Audit = z.object({
  vulnerabilities: z.record(
    z.string(),
    z.object({
      via: z.array(
        z.union([z.string(), z.object({ url: z.string(), title: z.string(), severity: z.string() })]),
      ),
    }),
  ),
})

export interface AuditJudgement {
  readonly lines: readonly string[]
  /** 0: no open advisory, or not known. 1: an open advisory. */
  readonly exitCode: 0 | 1
}

/**
 * Judges the output of `npm audit --json`. Many mirrors of the registry do not answer it. Then the result is "not known": it
 * does not fail, so that one can work offline, and it does not say that all is well.
 */
export function judgeAudit(output: string, accepted: Readonly<Record<string, string>>): AuditJudgement {
  const audit = Audit.safeParse(parsed(output))
  if (!audit.success) {
    const line =
      'NOT KNOWN: the registry did not answer `npm audit`. Run it where npm’s own registry can be reached.'
    return { lines: [line], exitCode: 0 }
  }
  const advisories = new Map(
    Object.entries(audit.data.vulnerabilities).flatMap(([name, { via }]) =>
      via.flatMap((one) => (typeof one === 'string' ? [] : [[one.url, { name, ...one }] as const])),
    ),
  )
  const lines = [...advisories.values()].map(({ name, url, title, severity }) => {
    const reason = accepted[url]
    return `${reason === undefined ? 'OPEN' : 'accepted'}: ${name}, ${severity}: ${title} (${url})${reason === undefined ? '' : `: ${reason}`}`
  })
  const isOpen = lines.some((line) => line.startsWith('OPEN'))
  return {
    lines: lines.length > 0 ? lines : ['Clean: no advisory about a production package.'],
    exitCode: isOpen ? 1 : 0,
  }
}

function parsed(output: string): unknown {
  try {
    return JSON.parse(output)
  } catch {
    return undefined
  }
}
