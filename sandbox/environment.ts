import type { SandboxOptions } from './options.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Empty means unset. Every wrong value is named at once. */
export function readEnvironment(environment: Environment): SandboxOptions {
  const problems: string[] = []

  const text = (name: string, fallback: string, shape: RegExp, rule: string): string => {
    const value = environment[name] || fallback
    if (!shape.test(value)) problems.push(`${name} must be ${rule}.`)
    return value
  }
  const port = (name: string, fallback: string): number => {
    const value = environment[name] || fallback
    if (!/^\d{1,5}$/.test(value) || Number(value) > 65_535) {
      problems.push(`${name} must be a port number from 0 to 65535.`)
    }
    return Number(value)
  }

  const options = {
    host: text('SANDBOX_HOST', '127.0.0.1', /^[\w.:-]+$/, 'a host name or an address'),
    managementPort: port('SANDBOX_PORT', '4010'),
    paymentsPort: port('SANDBOX_PAYMENTS_PORT', '4011'),
    storeHash: text('SANDBOX_STORE_HASH', 'jrah6gmn', /^[a-z0-9]+$/, 'lower-case letters and digits'),
    accessToken: text('SANDBOX_ACCESS_TOKEN', 'sandbox-store-token', /^[!-~]+$/, 'printable, without spaces'),
  }
  if (options.managementPort !== 0 && options.managementPort === options.paymentsPort) {
    problems.push('SANDBOX_PORT and SANDBOX_PAYMENTS_PORT must differ.')
  }
  if (problems.length > 0) throw new Error(problems.join('\n'))
  return options
}
