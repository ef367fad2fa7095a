import type { Bug } from './bug.ts'

/** Doors left ajar where the service meets the network: sizes, times, headers, other sites. */
export const EDGE_BUGS: readonly Bug[] = [
  {
    name: 'let pages of any origin call',
    file: 'src/plugins/cors.ts',
    find: 'origin: [...origins],',
    replace: 'origin: true,',
    tests: ['test/plugins/security-headers.test.ts'],
  },
  {
    name: 'let answers be taken for another type',
    file: 'src/plugins/security-headers.ts',
    find: "  'X-Content-Type-Options': 'nosniff',\n",
    replace: '',
    tests: ['test/plugins/security-headers.test.ts'],
  },
  {
    name: 'let answers be framed',
    file: 'src/plugins/security-headers.ts',
    find: "frame-ancestors 'none'",
    replace: 'frame-ancestors *',
    tests: ['test/plugins/security-headers.test.ts'],
  },
  {
    name: 'tell other sites whose order a page was about',
    file: 'src/plugins/security-headers.ts',
    find: "'no-referrer'",
    replace: "'unsafe-url'",
    tests: ['test/plugins/security-headers.test.ts'],
  },
  {
    name: 'never promise to stay with TLS',
    file: 'src/plugins/security-headers.ts',
    find: "if (request.protocol === 'https')",
    replace: "if (String(request.protocol) === 'never')",
    tests: ['test/security/transport.test.ts'],
  },
  {
    name: 'let the answer to an address that cannot be decoded be kept',
    file: 'src/server-options.ts',
    find: `      'cache-control': 'no-store',
`,
    replace: '',
    tests: ['test/security/transport.test.ts'],
  },
  {
    name: 'take bodies of any size',
    file: 'src/server-options.ts',
    find: 'bodyLimitBytes = 16 * 1024',
    replace: 'bodyLimitBytes = 16 * 1024 ** 3',
    tests: ['test/security/transport.test.ts'],
  },
  {
    name: 'wait for headers for minutes',
    file: 'src/server-options.ts',
    find: 'headersTimeoutMs = 10_000',
    replace: 'headersTimeoutMs = 100_000',
    tests: ['test/security/slow-clients.test.ts'],
  },
  {
    name: 'take a card number for a request id, and log it',
    file: 'src/server-options.ts',
    find: ' && !holdsCardNumber(given)',
    replace: '',
    tests: ['test/plugins/doors.test.ts'],
  },
  {
    name: 'verify tokens of any length',
    file: 'src/plugins/authentication.ts',
    find: `  if (callerToken.length > callerTokenLengthMax) throw tokenRefused('too_long')
`,
    replace: '',
    tests: ['test/security/jwt-attacks.test.ts'],
  },
  {
    name: 'read the keys from where the issuer redirects to',
    file: 'src/clients/identity/published-keys.ts',
    find: "import { Agent, request } from 'undici'",
    replace: `import { interceptors, Agent as Plain, request } from 'undici'
const Agent = function (options) {
  return new Plain(options).compose(interceptors.redirect({ maxRedirections: 2 }))
}`,
    tests: ['test/clients/identity/published-keys.test.ts'],
  },
  {
    name: 'read a set of keys of any size',
    file: 'src/clients/identity/published-keys.ts',
    find: 'maxResponseSize: answerBytesMax',
    replace: 'maxResponseSize: 1000 * answerBytesMax',
    tests: ['test/clients/identity/published-keys.test.ts'],
  },
  {
    name: 'put the environment into diagnostic reports',
    file: 'src/main.ts',
    find: 'process.report.excludeEnv = true',
    replace: 'process.report.excludeEnv = false',
    tests: ['test/canary/sqlite.test.ts'],
  },
  {
    name: 'serve a store from a ledger in memory',
    file: 'src/config/mismatches.ts',
    find: "DATABASE_URL === 'sqlite::memory:' &&",
    replace: 'DATABASE_URL === "never" &&',
    tests: ['test/config/config.test.ts'],
  },
  {
    name: 'believe every client, by two ranges',
    file: 'src/config/trusted-proxies.ts',
    find: 'prefixMin = { 4: 8, 6: 16 }',
    replace: 'prefixMin = { 4: 1, 6: 1 }',
    tests: ['test/config/config.test.ts'],
  },
  {
    name: 'believe every client, by many ranges',
    file: 'src/config/trusted-proxies.ts',
    find: 'shareMax = 0.5',
    replace: 'shareMax = 2',
    tests: ['test/config/config.test.ts'],
  },
  {
    name: 'believe every client in IPv6 spelling',
    file: 'src/config/trusted-proxies.ts',
    find: "prefix >= 96 && mappedIpv4.check(host, 'ipv6')",
    replace: 'prefix > 128',
    tests: ['test/config/config.test.ts'],
  },
  {
    name: 'take a relative path behind two slashes for one from the root',
    file: 'src/config/rules.ts',
    find: '!/^(?:file:|~|\\/\\/)|',
    replace: '!/^(?:file:|~)|',
    tests: ['test/config/config.test.ts'],
  },
]
