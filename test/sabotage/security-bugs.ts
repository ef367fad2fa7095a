import type { Bug } from './bug.ts'

/** Doors left ajar. */
export const SECURITY_BUGS: readonly Bug[] = [
  {
    name: 'stop at the first key of an issuer that cannot be used',
    file: 'src/clients/identity/caller-tokens.ts',
    find: 'else unusable = error',
    replace: 'else throw error',
    tests: ['test/clients/identity/published-keys.test.ts'],
  },
  {
    name: 'let the token choose between secret and public key',
    file: 'src/clients/identity/caller-tokens.ts',
    find: "const algorithms = key.kind === 'secret' ? ['HS256'] : asymmetricAlgorithms",
    replace: "const algorithms = ['HS256', 'HS512', ...asymmetricAlgorithms]",
    tests: ['test/security/jwt-attacks.test.ts'],
  },
  {
    name: 'accept alg none',
    file: 'src/clients/identity/caller-tokens.ts',
    find: "    if (key.kind === 'set') return await",
    replace: `    const [head = '', body = ''] = callerToken.split('.')
    const unsigned = JSON.parse(Buffer.from(head, 'base64url').toString())
    if (unsigned.alg === 'none')
      return { payload: JSON.parse(Buffer.from(body, 'base64url').toString()), protectedHeader: unsigned }
    if (key.kind === 'set') return await`,
    tests: ['test/security/jwt-attacks.test.ts'],
  },
  {
    name: 'skip the audience of caller tokens',
    file: 'src/clients/identity/caller-tokens.ts',
    find: `      issuer,
      audience,
      algorithms,`,
    replace: `      issuer,
      algorithms,`,
    tests: ['test/security/jwt-attacks.test.ts', 'test/clients/identity/caller-tokens.test.ts'],
  },
  {
    name: 'skip the issuer of caller tokens',
    file: 'src/clients/identity/caller-tokens.ts',
    find: `      issuer,
      audience,
      algorithms,`,
    replace: `      audience,
      algorithms,`,
    tests: ['test/security/jwt-attacks.test.ts', 'test/clients/identity/caller-tokens.test.ts'],
  },
  {
    name: 'take caller tokens that live for years',
    file: 'src/clients/identity/caller-tokens.ts',
    find: `    if (exp - iat > lifeSecondsMax + clockToleranceSeconds) throw tokenRefused('lives_too_long')
`,
    replace: '',
    tests: ['test/clients/identity/caller-tokens.test.ts'],
  },
  {
    name: 'take tokens of any type for caller tokens',
    file: 'src/clients/identity/caller-tokens.ts',
    find: 'if (!acceptedTypes.has(typeOf(protectedHeader)))',
    replace: "if (typeOf(protectedHeader) === 'x')",
    tests: ['test/clients/identity/caller-tokens.test.ts'],
  },
  {
    name: 'take caller tokens made in the future',
    file: 'src/clients/identity/caller-tokens.ts',
    find: 'if (iat > nowSeconds + clockToleranceSeconds)',
    replace: 'if (iat > 2 * nowSeconds)',
    tests: ['test/clients/identity/caller-tokens.test.ts'],
  },
  {
    name: 'take a Customer Login JWT for a credential',
    file: 'src/clients/identity/current-customer-tokens.ts',
    find: "z.literal('current_customer')",
    replace: "z.enum(['current_customer', 'customer_login'])",
    tests: ['test/clients/identity/current-customer-tokens.test.ts'],
  },
  {
    name: 'ask the issuer for its keys at every unknown kid',
    file: 'src/clients/identity/published-keys.ts',
    find: 'now() - triedAtMs < (failure ? cooldownAfterFailureMs : cooldownMs)',
    replace: 'failure && now() - triedAtMs < cooldownAfterFailureMs',
    tests: ['test/clients/identity/published-keys.test.ts'],
  },
  {
    name: 'drop the cached keys when the issuer is away',
    file: 'src/clients/identity/published-keys.ts',
    find: '        failure = new Error(',
    replace: `        known = null
        failure = new Error(`,
    tests: ['test/clients/identity/published-keys.test.ts'],
  },
  {
    name: 'keep withdrawn keys for ever',
    file: 'src/clients/identity/published-keys.ts',
    find: 'else if (ageMs >= freshMs)',
    replace: 'else if (ageMs >= servedMsMax)',
    tests: ['test/clients/identity/published-keys.test.ts'],
  },
  {
    name: 'pass over the scopes in scp where there is a scope',
    file: 'src/clients/identity/caller-tokens.ts',
    find: '[...(claims.scope ?? []), ...(claims.scp ?? [])]',
    replace: '[...(claims.scope ?? claims.scp ?? [])]',
    tests: ['test/clients/identity/caller-tokens.test.ts'],
  },
  {
    name: 'let a scope for any widen a token that names a customer',
    file: 'src/clients/identity/caller-tokens.ts',
    find: '  if (order_ids) return',
    replace: `  if (scope.includes('orders:any')) return { kind: 'any' }
  if (order_ids) return`,
    tests: ['test/security/authorization-matrix.test.ts'],
  },
  {
    name: "say of another's order that it is forbidden",
    file: 'src/services/authorize-order.ts',
    find: "if (order === null || isMiss) throw new Problem('order_not_found')",
    replace: `if (order === null) throw new Problem('order_not_found')
          if (isMiss) throw new Problem('insufficient_scope')`,
    tests: ['test/security/authorization-matrix.test.ts'],
  },
  {
    name: "list the payments of another's order",
    file: 'src/services/list-payments.ts',
    find: 'if (!isKnownToBeTheirs) await',
    replace: 'if (!isKnownToBeTheirs && payments.length === 0) await',
    tests: ['test/security/authorization-matrix.test.ts'],
  },
  {
    name: "ask less about another's order than about one that is not there",
    file: 'src/services/list-payments.ts',
    find: 'if (!isKnownToBeTheirs) await',
    replace: `if (payments.length > 0 && !isKnownToBeTheirs && caller.access.kind === 'customer')
      throw new Problem('order_not_found')
    if (!isKnownToBeTheirs) await`,
    tests: ['test/security/authorization-matrix.test.ts'],
  },
  {
    name: "take longer to refuse another's order than one that is not there",
    file: 'src/services/authorize-order.ts',
    find: "if (order === null || isMiss) throw new Problem('order_not_found')",
    replace: `if (order && isMiss) await new Promise((done) => setTimeout(done, 3))
          if (order === null || isMiss) throw new Problem('order_not_found')`,
    tests: ['test/security/timing.test.ts'],
  },
  {
    name: 'start a process that inherits the secrets',
    file: 'src/main.ts',
    find: 'process.report.excludeEnv = true',
    replace: `process.report.excludeEnv = true
const { spawn } = await import('node:child_process')
spawn('sleep', ['30'])`,
    tests: ['test/process/secrets.test.ts'],
  },
  {
    name: 'forget the scope of a route',
    file: 'src/plugins/authentication.ts',
    find: 'if (!scope || !caller.scopes.has(scope))',
    replace: 'if (!scope)',
    tests: ['test/security/authorization-matrix.test.ts'],
  },
  {
    name: 'let answers be kept on their way',
    file: 'src/plugins/security-headers.ts',
    find: "reply.header('cache-control', 'no-store')",
    replace: "reply.header('cache-control', 'private')",
    tests: ['test/security/transport.test.ts'],
  },
  {
    name: 'promise TLS because a client says so',
    file: 'src/plugins/security-headers.ts',
    find: "request.protocol === 'https'",
    replace: "(request.protocol === 'https' || request.headers['x-forwarded-proto'] === 'https')",
    tests: ['test/security/transport.test.ts'],
  },
  {
    name: 'trust the leftmost X-Forwarded-For',
    file: 'src/plugins/authentication.ts',
    find: 'isForwarded(request) ? request.ip : null',
    replace:
      "isForwarded(request) ? (String(request.headers['x-forwarded-for'] ?? request.ip).split(',')[0] ?? null) : null",
    tests: ['test/security/transport.test.ts'],
  },
  {
    name: 'trust every proxy',
    file: 'src/app.ts',
    find: 'trustProxy.length > 0 ? [...trustProxy] : false',
    replace: 'true',
    tests: ['test/security/transport.test.ts'],
  },
  {
    name: 'let the docs page loosen the policy of all answers',
    file: 'src/plugins/security-headers.ts',
    find: "default-src 'none';frame-ancestors",
    replace: "default-src 'none';script-src 'self';frame-ancestors",
    tests: ['test/security/transport.test.ts'],
  },
  {
    name: 'take a request with two hosts',
    file: 'src/plugins/receiving.ts',
    find: 'host.length === 1 ||',
    replace: 'host.length >= 1 ||',
    tests: ['test/security/request-smuggling.test.ts'],
  },
  {
    name: 'take chunks of any other coding',
    file: 'src/plugins/receiving.ts',
    find: "transferEncoding.length === 1 && transferEncoding[0]?.toLowerCase() === 'chunked'",
    replace: "transferEncoding.join().toLowerCase().endsWith('chunked')",
    tests: ['test/security/request-smuggling.test.ts'],
  },
  {
    name: 'parse HTTP leniently',
    file: 'src/server-options.ts',
    find: 'requireHostHeader: false,',
    replace: 'requireHostHeader: false, insecureHTTPParser: true,',
    tests: ['test/security/request-smuggling.test.ts'],
  },
  {
    name: 'wait for slow clients as long as they like',
    file: 'src/server-options.ts',
    find: 'const requestTimeoutMs = 15_000',
    replace: 'const requestTimeoutMs = 0',
    tests: ['test/security/slow-clients.test.ts'],
  },
  {
    name: 'speak TLS with clients that show no certificate',
    file: 'src/server-options.ts',
    find: 'rejectUnauthorized: true',
    replace: 'rejectUnauthorized: false',
    tests: ['test/process/tls.test.ts'],
  },
  {
    name: 'speak TLS 1.1',
    file: 'src/server-options.ts',
    find: "minVersion: 'TLSv1.2', ciphers,",
    replace: "minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0',",
    tests: ['test/process/tls.test.ts'],
  },
  {
    name: 'take over a certificate without its key',
    file: 'src/config/tls.ts',
    find: '!certificate.parsed.checkPrivateKey(createPrivateKey(privateKey))',
    replace: 'certificate.pem === privateKey',
    tests: ['test/config/secret-files.test.ts'],
  },
  {
    name: 'let an empty file replace the store token',
    file: 'src/config/renewable.ts',
    find: "if (read === null) return 'kept'",
    replace: "if (read === undefined) return 'kept'",
    tests: ['test/config/renewable.test.ts'],
  },
  {
    name: 'keep using a store token that BigCommerce refuses',
    file: 'src/clients/bigcommerce/management-call.ts',
    find: `    options.accessToken.renew()
`,
    replace: '',
    tests: ['test/clients/bigcommerce/management-api.test.ts'],
  },
  {
    name: 'say nothing of a secret file that all users can read',
    file: 'src/config/environment.ts',
    find: '(mode & others) !== 0',
    replace: '(mode & others) === others',
    tests: ['test/config/secret-files.test.ts'],
  },
  {
    name: 'look at the card before its type',
    file: 'src/routes/orders/pay-order.ts',
    find: 'if (type !== null) refuseTypeNotTaken(type, instruments)',
    replace: 'void type',
    tests: ['test/routes/pay-order/instruments.test.ts'],
  },
  {
    name: 'publish the card where cards are kept out',
    file: 'src/openapi/instruments.ts',
    find: '.filter((ref) => !refs.has(ref))',
    replace: '.filter((ref) => !refs.has(ref) && ref.length < 5)',
    tests: ['test/routes/pay-order/instruments.test.ts'],
  },
  {
    name: 'run the image as root',
    file: 'Dockerfile',
    find: 'USER 10001:10001',
    replace: 'USER 0:0',
    tests: ['test/image/image.test.ts'],
  },
  {
    name: 'run the image without the permission model',
    file: 'Dockerfile',
    find: '"--permission", ',
    replace: '',
    tests: ['test/image/image.test.ts'],
  },
  {
    name: 'bring development packages into the image',
    file: 'Dockerfile',
    find: 'npm ci --omit=dev --ignore-scripts',
    replace: 'npm ci --ignore-scripts',
    tests: ['test/image/image.test.ts'],
  },
  {
    name: 'leave containers their capabilities',
    file: 'docker-compose.yml',
    find: `  cap_drop: [ALL]
`,
    replace: '',
    tests: ['test/image/image.test.ts'],
  },
  {
    name: 'give a secret a default',
    file: 'docker-compose.yml',
    find: ':?set it to 32 bytes or more, e.g. the output of openssl rand -hex 32}',
    replace: ':-a-secret-that-everybody-knows-32-bytes}',
    tests: ['test/image/image.test.ts'],
  },
  {
    name: 'let a package run scripts when it is installed',
    file: 'tools/package.json',
    find: `    "ssh2": false
`,
    replace: `    "another": true
`,
    tests: ['test/supply-chain'],
  },
  {
    name: 'call packages clean that were never asked about',
    file: 'scripts/judge-audit.ts',
    find: 'NOT KNOWN: the registry did not answer',
    replace: 'Clean: the registry did not answer',
    tests: ['test/supply-chain'],
  },
]
