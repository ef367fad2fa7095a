import { existsSync } from 'node:fs'
import { mintCallerToken } from './mint-caller-token.ts'
import { readTokenIssuer } from './token-issuer.ts'
import { readTokenRequest, UsageError } from './token-request.ts'

const help = `Mints a caller token for development and prints it.

  npm run --silent token -- --order 215 --customer 11

  --order N      an order it may touch; again for more
  --checkout ID  a checkout it may touch, by the id of its cart, and the orders that are made of it
  --customer N   the signed-in customer, whose orders it may touch
  --any          any order, as a trusted server
  --scope WORDS  default "payments:read payments:write"
  --minutes N    how long it lives, default 60
  --subject ID   whose token it is; idempotency keys belong to a subject

AUTH_ISSUER, AUTH_AUDIENCE and AUTH_HMAC_SECRET come from the environment or from .env.`

try {
  const request = readTokenRequest(process.argv.slice(2))
  if (request === null) {
    console.log(help)
  } else {
    // Variables that are already set win over the file, as they do for the service.
    if (existsSync('.env')) process.loadEnvFile('.env')
    console.log(await mintCallerToken(readTokenIssuer(process.env), request))
  }
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  console.error(`${error.message}\nSee: npm run token -- --help`)
  process.exitCode = 1
}
