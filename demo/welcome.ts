import { styleText } from 'node:util'
import type { CurlLine } from './curl-lines.ts'

export interface WelcomeOptions {
  readonly seconds: number
  readonly pageUrl: string
  readonly apiUrl: string
  /** For the printed commands, the README's commands, and any program started in that shell. */
  readonly callerToken: string
  readonly chargesUrl: string
  readonly logPath: string
  readonly lines: readonly CurlLine[]
  /** Pages that may call the service, besides the demo's own. */
  readonly corsOrigins: readonly string[]
  /** For the server of a page of your own, and for `npm run sandbox:order`. */
  readonly serverVariables: Readonly<Record<string, string>>
  readonly warnings: readonly string[]
}

/** styleText leaves colours out where the terminal or NO_COLOR says so. */
const bold = (text: string) => styleText('bold', text)
const dim = (text: string) => styleText('dim', text)

/** What the demo prints once it runs. Commands begin at the margin, so that they are easy to copy. */
export function welcome(options: WelcomeOptions): string {
  const { seconds, pageUrl, apiUrl, callerToken, chargesUrl, logPath, lines, corsOrigins, warnings } = options
  const commands = lines.map(
    ({ says, command }, index) => `${dim(`# ${index + 1}. ${says}`)}\n${command} -w '\\n'`,
  )
  const variables = Object.entries(options.serverVariables).map(([name, value]) => `${name}=${value}`)
  return `
${bold('Tillgate')} is running against a simulated BigCommerce store (ready in ${seconds.toFixed(1)} s).

  Checkout page   ${bold(pageUrl)}
  API reference   ${apiUrl}/docs
  Real charges    ${chargesUrl}
  Service log     ${logPath}

Or use another terminal. First set the address and the token:

export TILLGATE=${apiUrl} CALLER_TOKEN=${callerToken}

${commands.join('\n\n')}

${bold('A page of your own')} may call ${apiUrl} from ${corsOrigins.join(' and ')}
(set DEMO_CORS_ORIGINS for another). Its server mints caller tokens with these; so does
\`npm run --silent sandbox:order\`, which makes another order:

export ${variables.join(' ')}

${warnings.map((warning) => `${bold('Warning')} ${warning}\n\n`).join('')}\
Ctrl-C stops everything. Nothing is saved, and no real money moves.
`
}
