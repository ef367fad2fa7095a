import { createConfig, lintFromString } from '@redocly/openapi-core'
import spectralCore from '@stoplight/spectral-core'
import owasp from '@stoplight/spectral-owasp-ruleset'
import spectralRulesets from '@stoplight/spectral-rulesets'
import { LINT_EXCEPTIONS, type LintException } from './openapi-exceptions.ts'

export interface LintFinding {
  readonly rule: string
  /** The path to it in the document, its steps joined by spaces. */
  readonly at: string
  readonly message: string
}

export interface LintResult {
  /** What to fix, warnings and hints included. */
  readonly findings: readonly LintFinding[]
  /** Exceptions that match no finding, and should go. */
  readonly unused: readonly LintException[]
}

/**
 * Checks a document by all rules of Spectral for OpenAPI, its OWASP rules, and those that Redocly recommends. Nothing leaves
 * this machine.
 */
export async function lintOpenapi(document: object): Promise<LintResult> {
  const all = [...(await bySpectral(document)), ...(await byRedocly(document))]
  const excuses = (finding: LintFinding) => (exception: LintException) =>
    exception.rule === finding.rule && exception.at.test(finding.at)
  return {
    findings: all.filter((finding) => !LINT_EXCEPTIONS.some(excuses(finding))),
    unused: LINT_EXCEPTIONS.filter((exception) => !all.some((finding) => excuses(finding)(exception))),
  }
}

async function bySpectral(document: object): Promise<LintFinding[]> {
  const spectral = new spectralCore.Spectral()
  spectral.setRuleset(new spectralCore.Ruleset({ extends: [[spectralRulesets.oas, 'all'], owasp] }))
  const results = await spectral.run(document as Record<string, unknown>)
  return results.map(({ code, path, message }) => ({ rule: String(code), at: path.join(' '), message }))
}

async function byRedocly(document: object): Promise<LintFinding[]> {
  const config = await createConfig({ extends: ['recommended'] })
  const problems = await lintFromString({
    source: JSON.stringify(document),
    absoluteRef: '/openapi.json',
    config,
  })
  return problems.map(({ ruleId, message, location: [where] }) => ({
    rule: ruleId,
    at: stepsOf(where?.pointer ?? ''),
    message,
  }))
}

const stepsOf = (pointer: string) =>
  pointer
    .replace(/^#\//, '')
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .join(' ')
