import { type Config, InvalidConfiguration, loadConfig } from '../../config/config.ts'
import { mayShareOneAddress } from '../../config/facts.ts'
import { type Finding, findingsOf } from './finding.ts'

const { ok, warning, failure, notChecked } = findingsOf('configuration')

export interface ConfigurationCheck {
  /** null when the configuration cannot be used. */
  readonly config: Config | null
  readonly findings: readonly Finding[]
}

/** Whether every variable is valid; the other checks need all of them. */
export function checkConfiguration(): ConfigurationCheck {
  try {
    const config = loadConfig()
    return {
      config,
      findings: [
        ok('Every variable is valid.'),
        ...storeFindings(config),
        ...addressFindings(config),
        ...fileFindings(config),
        ...nameFindings(config),
      ],
    }
  } catch (error) {
    if (!(error instanceof InvalidConfiguration)) throw error
    const findings = error.sentences.map((says) => failure(says, 'See docs/configuration.md.'))
    return {
      config: null,
      findings: [...findings, notChecked('The other checks need a valid configuration.')],
    }
  }
}

/** A URL that was set by hand may name another store than BIGCOMMERCE_STORE_HASH. Every payment would be refused. */
function storeFindings({ bigcommerce: { storeHash, apiUrl, paymentsUrl } }: Config): Finding[] {
  const addresses = { BIGCOMMERCE_API_URL: apiUrl, BIGCOMMERCE_PAYMENTS_URL: paymentsUrl }
  return Object.entries(addresses)
    .filter(([, address]) => storeOf(address) !== undefined && storeOf(address) !== storeHash)
    .map(([name]) =>
      failure(`${name} names another store than BIGCOMMERCE_STORE_HASH.`, 'Use the same store hash in both.'),
    )
}

/** The limits per address hold up everyone behind a proxy that is not believed. */
const addressFindings = (config: Config): Finding[] =>
  mayShareOneAddress(config)
    ? [
        warning(
          'Every caller may share one address: without TLS of its own the service is behind a proxy, and TRUST_PROXY names none.',
          'List the proxies, and servers that pay for their shoppers, in TRUST_PROXY; else one card tester uses up VELOCITY_ADDRESS_DECLINES for all.',
        ),
      ]
    : []

/** Files of secrets that other users can open. */
const fileFindings = ({ looseFiles }: Config): Finding[] =>
  looseFiles.map(({ variable, mode }) =>
    warning(
      `The file that ${variable} names has mode ${mode}.`,
      'chmod 600 it: only the service needs to read it.',
    ),
  )

/** Variables whose names only look like known ones. */
const nameFindings = ({ unknownVariables }: Config): Finding[] =>
  unknownVariables.map(({ variable, name }) =>
    warning(`Unknown variable ${variable}.`, `Did you mean ${name}? It has its default now.`),
  )

const storeOf = (address: string) => /\/stores\/([^/]+)/.exec(new URL(address).pathname)?.[1]
