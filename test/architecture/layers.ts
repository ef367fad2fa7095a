import { isOurs, type SourceFile, targetOf } from './source-files.ts'

/** src/domain/money.ts is of the layer `domain`, src/app.ts of the layer `app`; other folders are their own. */
export const layerOf = (path: string) =>
  path.startsWith('src/') ? (path.split('/')[1] ?? '').replace(/\.ts$/, '') : (path.split('/')[0] ?? '')

/** What a layer may import of ours, as values and (besides those) as types; and which packages. */
export const RULES: Record<string, { values: string[]; types: string[]; packages: RegExp }> = {
  main: {
    values: [
      'admin',
      'app',
      'compose',
      'config',
      'domain',
      'logging',
      'server-options',
      'tracing',
      'own-package',
    ],
    types: [],
    packages: /^(close-with-grace|fastify|node:(http|timers\/promises|tls|util))$/,
  },
  admin: { values: ['plugins', 'routes', 'server-options'], types: ['metrics'], packages: /^fastify/ },
  tracing: {
    values: ['tracing', 'domain'],
    types: [],
    packages: /^(@fastify\/otel|@opentelemetry\/|fastify$|node:timers\/promises)/,
  },
  commands: {
    values: ['commands', 'compose-desk', 'config', 'clients', 'stores', 'domain', 'own-package'],
    types: ['logging', 'request-context', 'services'],
    packages: /^(undici|zod|node:(crypto|dns\/promises|events|fs|http|net|path|tls|util))$/,
  },
  compose: {
    values: [
      'allowance',
      'clients',
      'compose-events',
      'config',
      'stores',
      'services',
      'metrics',
      'own-package',
      'domain',
    ],
    types: ['app', 'logging'],
    packages: /^(node:timers\/promises|jose|pino|node:crypto)$/,
  },
  'compose-events': {
    values: ['clients', 'config', 'domain', 'own-package', 'services'],
    types: ['logging', 'metrics', 'stores'],
    packages: /^node:timers\/promises$/,
  },
  'compose-desk': {
    values: ['clients', 'config', 'stores', 'services', 'own-package', 'domain'],
    types: ['logging'],
    packages: /^(kysely|node:(fs|path))$/,
  },
  app: {
    values: ['openapi', 'plugins', 'routes', 'server-options'],
    types: ['allowance', 'config', 'domain', 'services', 'metrics'],
    packages: /^(@fastify\/|fastify)/,
  },
  'server-options': {
    values: ['plugins', 'domain'],
    types: ['config'],
    packages: /^(fastify|node:(crypto|http|net|tls))$/,
  },
  logging: { values: ['logging', 'domain'], types: [], packages: /^(pino|node:(fs|module|path))$/ },
  'request-context': { values: [], types: ['logging'], packages: /^$/ },
  'own-package': { values: [], types: [], packages: /^node:(fs|path)$/ },
  config: {
    values: ['config', 'domain'],
    types: ['logging'],
    packages: /^(zod|node:(crypto|fs|net|os|path|tls))$/,
  },
  openapi: {
    values: ['openapi', 'domain'],
    types: [],
    packages: /^(@fastify\/swagger|fastify|fastify-type-provider-zod|zod)$/,
  },
  plugins: {
    values: ['openapi', 'plugins', 'domain', 'own-package'],
    types: ['allowance', 'logging', 'metrics', 'request-context', 'services'],
    packages: /^(@fastify\/|fastify|zod$|node:(crypto|http|net|perf_hooks|util)$)/,
  },
  routes: {
    values: ['openapi', 'plugins', 'routes', 'domain'],
    types: ['request-context', 'services', 'metrics'],
    packages: /^(@scalar\/|fastify|zod$|node:(crypto|net|util|zlib)$)/,
  },
  allowance: { values: ['allowance', 'domain', 'stores'], types: ['logging'], packages: /^kysely$/ },
  services: {
    values: ['services', 'domain'],
    types: ['allowance', 'clients', 'logging', 'request-context', 'stores'],
    packages: /^$/,
  },
  metrics: {
    values: ['metrics', 'domain', 'request-context', 'stores'],
    types: ['allowance', 'services', 'clients'],
    packages: /^prom-client$/,
  },
  clients: {
    values: ['clients', 'domain', 'request-context'],
    types: ['allowance', 'config'],
    packages: /^(undici|jose|standardwebhooks|zod|node:(crypto|dns|net|timers\/promises|zlib))$/,
  },
  stores: {
    values: ['stores', 'domain', 'own-package'],
    types: [],
    packages: /^(kysely|pg|node:(crypto|fs|path|sqlite|timers\/promises|url|util))$/,
  },
  domain: {
    values: ['domain'],
    types: [],
    packages: /^(zod|card-validator|node:(crypto|net))$/,
  },
}

/** Imports that the file's layer may not make, each in a line. */
export function wrongImportsOf({ path, imports }: SourceFile): string[] {
  const layer = layerOf(path)
  const rule = RULES[layer]
  if (!rule) return [`${path}: no rule says what ${layer} may import`]
  return imports.flatMap((one) => {
    if (!isOurs(one))
      return rule.packages.test(one.from) ? [] : [`${path} → ${one.from}: not a package for ${layer}`]
    const target = layerOf(targetOf(path, one.from))
    const allowed = one.isType ? [...rule.values, ...rule.types] : rule.values
    const asWhat = rule.types.includes(target) ? 'types only' : 'never'
    return allowed.includes(target) ? [] : [`${path} → ${one.from}: ${layer} may import ${target} ${asWhat}`]
  })
}
