import { type Config, InvalidConfiguration, loadConfig } from '../../config/config.ts'
import { type Finding, findingsOf } from './finding.ts'

const { ok, warning, failure, notChecked } = findingsOf('configuration')

export interface ConfigurationCheck {
  /** null when it cannot be used. */
  readonly config: Config | null
  readonly findings: readonly Finding[]
}

/** Whether every variable can be used; the rest of the checks need them all. */
export function checkConfiguration(): ConfigurationCheck {
  try {
    const config = loadConfig()
    return {
      config,
      findings: [
        ok('Every variable can be used.'),
        ...storeFindings(config),
        ...fileFindings(config),
        ...nameFindings(config),
      ],
    }
  } catch (error) {
    if (!(error instanceof InvalidConfiguration)) throw error
    const findings = error.sentences.map((says) => failure(says, 'See docs/configuration.md.'))
    return {
      config: null,
      findings: [...findings, notChecked('Everything else needs the configuration first.')],
    }
  }
}

/** An address that was set by hand may name another store than BIGCOMMERCE_STORE_HASH: every payment would be refused. */
function storeFindings({ bigcommerce: { storeHash, apiUrl, paymentsUrl } }: Config): Finding[] {
  const addresses = { BIGCOMMERCE_API_URL: apiUrl, BIGCOMMERCE_PAYMENTS_URL: paymentsUrl }
  return Object.entries(addresses)
    .filter(([, address]) => storeOf(address) !== undefined && storeOf(address) !== storeHash)
    .map(([name]) =>
      failure(`${name} names another store than BIGCOMMERCE_STORE_HASH.`, 'Make both the same.'),
    )
}

/** Files of secrets that more may open than need to. */
const fileFindings = ({ looseFiles }: Config): Finding[] =>
  looseFiles.map(({ variable, mode }) =>
    warning(
      `The file that ${variable} names has mode ${mode}.`,
      'chmod 600 it: only the service needs to read it.',
    ),
  )

/** Variables that were set under a name that only looks like one of ours. */
const nameFindings = ({ misspelt }: Config): Finding[] =>
  misspelt.map(({ variable, name }) =>
    warning(`${variable} is read by nobody.`, `If ${name} is meant, it has its default now: rename it.`),
  )

const storeOf = (address: string) => /\/stores\/([^/]+)/.exec(new URL(address).pathname)?.[1]
