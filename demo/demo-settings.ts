import { DemoError } from './demo-error.ts'

/** A port to try. If it is taken, a port that was asked for is an error; a default is replaced by a free one. */
export interface PortWish {
  readonly name: string
  readonly port: number
  readonly isGiven: boolean
}

export interface DemoSettings {
  readonly page: PortWish
  readonly api: PortWish
  readonly sandbox: PortWish
  readonly sandboxPayments: PortWish
}

type Environment = Readonly<Record<string, string | undefined>>

/** Empty means unset; every wrong variable is named at once. */
export function readDemoSettings(environment: Environment): DemoSettings {
  const wrong: string[] = []
  const wish = (name: string, fallback: number): PortWish => {
    const text = environment[name] || undefined
    if (text === undefined) return { name, port: fallback, isGiven: false }
    if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) {
      wrong.push(`${name} must be a port number from 0 to 65535; 0 takes a free one.`)
    }
    return { name, port: Number(text), isGiven: true }
  }
  const settings = {
    page: wish('DEMO_PORT', 8080),
    api: wish('DEMO_API_PORT', 3000),
    sandbox: wish('DEMO_SANDBOX_PORT', 0),
    sandboxPayments: wish('DEMO_SANDBOX_PAYMENTS_PORT', 0),
  }
  const given = Object.values(settings).filter(({ port, isGiven }) => isGiven && port > 0)
  for (const [index, { name, port }] of given.entries()) {
    const other = given.findIndex((each) => each.port === port)
    if (other < index) wrong.push(`${given[other]?.name} and ${name} must differ.`)
  }
  if (wrong.length > 0) throw new DemoError(wrong.join('\n'))
  return settings
}
