import { nearestTo } from '../src/config/unknown-variables.ts'
import { DemoError } from './demo-error.ts'

/** A port to try. If it is taken, a port that was asked for is an error; a default is replaced by a free one. */
export interface PortWish {
  readonly name: string
  readonly port: number
  readonly isGiven: boolean
}

export interface PortWishes {
  readonly page: PortWish
  readonly api: PortWish
  readonly admin: PortWish
  readonly sandbox: PortWish
  readonly sandboxPayments: PortWish
}

export interface DemoSettings {
  readonly ports: PortWishes
  /** Pages that may call the service, besides the demo's own. */
  readonly corsOrigins: readonly string[]
  /** The secret that caller tokens are signed with; null for a new one. */
  readonly secret: string | null
  /** A sentence for each variable that was set for the demo, and that it does not know. */
  readonly warnings: readonly string[]
}

type Environment = Readonly<Record<string, string | undefined>>

const portNames = {
  page: 'DEMO_PORT',
  api: 'DEMO_API_PORT',
  admin: 'DEMO_ADMIN_PORT',
  sandbox: 'DEMO_SANDBOX_PORT',
  sandboxPayments: 'DEMO_SANDBOX_PAYMENTS_PORT',
}
const known = [...Object.values(portNames), 'DEMO_CORS_ORIGINS', 'DEMO_AUTH_HMAC_SECRET']

/** Where Next.js, and many others, serve a page that is being developed. */
const usualOrigins = 'http://localhost:3000,http://127.0.0.1:3000'
/** HS256 wants a key as long as its hash. What is printed must be one word for a shell. */
const secretBytesMin = 32

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
  const ports = {
    page: wish(portNames.page, 8080),
    // Not 3000, which a page of your own is likely to use.
    api: wish(portNames.api, 8081),
    admin: wish(portNames.admin, 0),
    sandbox: wish(portNames.sandbox, 0),
    sandboxPayments: wish(portNames.sandboxPayments, 0),
  }
  const given = Object.values(ports).filter(({ port, isGiven }) => isGiven && port > 0)
  for (const [index, { name, port }] of given.entries()) {
    const other = given.findIndex((each) => each.port === port)
    if (other < index) wrong.push(`${given[other]?.name} and ${name} must differ.`)
  }
  const corsOrigins = listOf(environment.DEMO_CORS_ORIGINS || usualOrigins)
  if (!corsOrigins.every(isOrigin)) {
    wrong.push('DEMO_CORS_ORIGINS must list origins such as http://localhost:3000, without a path.')
  }
  const secret = environment.DEMO_AUTH_HMAC_SECRET || null
  if (secret !== null && !(/^[\w.~+/=-]+$/.test(secret) && secret.length >= secretBytesMin)) {
    wrong.push(
      `DEMO_AUTH_HMAC_SECRET must be ${secretBytesMin} or more of letters, digits and . ~ + / = _ -.`,
    )
  }
  const warnings = warningsOf(environment)
  if (wrong.length > 0) throw new DemoError([...wrong, ...warnings].join('\n'))
  return { ports, corsOrigins, secret, warnings }
}

const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')

const isOrigin = (text: string): boolean =>
  URL.canParse(text) && /^https?:/.test(text) && new URL(text).origin === text

function warningsOf(environment: Environment): string[] {
  const unknown = Object.keys(environment).filter((name) => /^DEMO_/i.test(name) && !known.includes(name))
  return unknown.map((name) => {
    const near = nearestTo(name, known)
    return near === null
      ? `${name} is unknown and does nothing. The demo knows ${known.join(', ')}.`
      : `${name} is unknown and does nothing. Did you mean ${near}?`
  })
}
