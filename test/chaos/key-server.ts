import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { authEnvironment, type CallerTokenClaims } from '../support/caller-token.ts'

/** The store's issuer of caller tokens: it publishes its keys, unless it hangs. */
export interface KeyServer {
  /** What a service that trusts it is told. */
  readonly environment: Readonly<Record<string, string>>
  mint(claims: CallerTokenClaims): Promise<string>
  /** A token with a key that no one has published, as anyone can make one. */
  forge(): Promise<string>
  hang(): void
  /** Answers again, also those who have waited. */
  recover(): void
  stop(): void
}

export async function startKeyServer(): Promise<KeyServer> {
  const kid = randomUUID()
  const [own, foreign] = await Promise.all([generateKeyPair('ES256'), generateKeyPair('ES256')])
  const body = JSON.stringify({ keys: [{ ...(await exportJWK(own.publicKey)), kid, alg: 'ES256' }] })
  const waiting = new Set<ServerResponse>()
  let hangs = false
  const answer = (response: ServerResponse) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(body)
  const server = createServer((_request, response) => {
    if (hangs) waiting.add(response)
    else answer(response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { AUTH_ISSUER, AUTH_AUDIENCE } = authEnvironment

  const sign = (
    key: Parameters<SignJWT['sign']>[0],
    keyId: string,
    { sub = 'shopper-1', ...claims }: CallerTokenClaims,
  ) =>
    new SignJWT({ scope: 'payments:read payments:write', ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: keyId })
      .setIssuer(AUTH_ISSUER)
      .setAudience(AUTH_AUDIENCE)
      .setSubject(sub)
      .setIssuedAt()
      .setExpirationTime('1 hour')
      .sign(key)

  return {
    environment: {
      AUTH_ISSUER,
      AUTH_AUDIENCE,
      AUTH_JWKS_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`,
    },
    mint: (claims) => sign(own.privateKey, kid, claims),
    forge: () => sign(foreign.privateKey, randomUUID(), { customer_id: 11 }),
    hang() {
      hangs = true
    },
    recover() {
      hangs = false
      for (const response of waiting) answer(response)
      waiting.clear()
    },
    stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}
