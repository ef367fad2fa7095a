import { styleText } from 'node:util'
import type { CurlLine } from './curl-lines.ts'

export interface WelcomeOptions {
  readonly seconds: number
  readonly pageUrl: string
  readonly apiUrl: string
  /** For the printed commands, the README's commands, and any program started in that shell. */
  readonly callerToken: string
  /** A cart for the README's commands. */
  readonly checkoutId: string
  readonly chargesUrl: string
  readonly logPath: string
  readonly lines: readonly CurlLine[]
  /** Pages that may call the service, besides the demo's own. */
  readonly corsOrigins: readonly string[]
  /** For the server of a page of your own, and for `npm run sandbox:order`. */
  readonly serverVariables: Readonly<Record<string, string>>
  readonly desk: {
    /** The page on the admin port. */
    readonly pageUrl: string
    /** The order that one of the commands leaves held. */
    readonly orderId: number
    /** Moves the clock of the simulated store. */
    readonly clockUrl: string
  }
  readonly warnings: readonly string[]
}

/** styleText leaves colours out where the terminal or NO_COLOR says so. */
const bold = (text: string) => styleText('bold', text)
const dim = (text: string) => styleText('dim', text)

/** What the demo prints once it runs. Commands begin at the margin, so that they are easy to copy. */
export function welcome(options: WelcomeOptions): string {
  const {
    seconds,
    pageUrl,
    apiUrl,
    callerToken,
    checkoutId,
    chargesUrl,
    logPath,
    lines,
    corsOrigins,
    warnings,
    desk,
  } = options
  const commands = lines.map(
    ({ says, command }, index) => `${dim(`# ${index + 1}. ${says}`)}\n${command} -w '\\n'`,
  )
  const variables = Object.entries(options.serverVariables).map(([name, value]) => `${name}=${value}`)
  return `
${bold('Tillgate')} is running against a simulated BigCommerce store (ready in ${seconds.toFixed(1)} s).

  Checkout page   ${bold(pageUrl)}
  API reference   ${apiUrl}/docs
  Real charges    ${chargesUrl}
  Held payments   ${desk.pageUrl}
  Service log     ${logPath}

Or use another terminal. First set the address and the token:

export TILLGATE=${apiUrl} CHECKOUT_ID=${checkoutId} CALLER_TOKEN=${callerToken}

${commands.join('\n\n')}

${bold('A page of your own')} may call ${apiUrl} from ${corsOrigins.join(' and ')}
(set DEMO_CORS_ORIGINS for another). Its server mints caller tokens with these; so does
\`npm run --silent sandbox:order\`, which makes another order, or a cart with \`-- --cart\`:

export ${variables.join(' ')}

${bold('A shopper asks for help')} with order ${desk.orderId}, which command 6 leaves held: run it first. In a shell with these variables, as
docs/operations.md says ("Needs review"):

npm run payments -- held
npm run payments -- show ${desk.orderId}

${dim('# "Not charged" is refused as long as a charge could still begin or show. Two hours later, by the clock of the store:')}
curl -sS ${desk.clockUrl} -H 'Content-Type: application/json' -d '{"advance_ms":7200000}' -w '\\n'

npm run payments -- resolve PAYMENT not-charged --by 'YOUR NAME' --because 'WHAT THE GATEWAY SAYS'

${warnings.map((warning) => `${bold('Warning')} ${warning}\n\n`).join('')}\
Ctrl-C stops everything. Nothing is saved, and no real money moves.
`
}
