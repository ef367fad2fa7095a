import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { lastOf, lineageOf, readDockerfile, wordsOf } from './dockerfile.ts'

const root = join(import.meta.dirname, '../..')
const read = (name: string) => readFileSync(join(root, name), 'utf8')

describe('the Dockerfile', () => {
  const { arguments: defaults, stages } = readDockerfile()
  const service = lineageOf(stages, 'service')
  const command = wordsOf(lastOf(service, 'CMD'))

  test('builds on images of exact versions, each an argument, so that a digest can be given', () => {
    expect(defaults.NODE_IMAGE).toMatch(/^node:\d+\.\d+\.\d+-[a-z]+-slim$/)
    expect(defaults.BASE_IMAGE).toMatch(/^debian:\d+\.\d+-slim$/)
    const names = new Set(stages.map(({ name }) => name))
    for (const { from } of stages) expect(names.has(from) || /^\$\{\w+_IMAGE\}$/.test(from), from).toBe(true)
    expect(read('Dockerfile')).not.toMatch(/sha256:[0-9a-f]{8}/)
  })

  test('runs the version of Node that the tests run', () => {
    const { devDependencies } = JSON.parse(read('package.json'))
    expect(defaults.NODE_IMAGE).toContain(`node:${devDependencies.node}-`)
  })

  test.each(['service', 'sandbox'])('%s does not run as root: its user is a number other than 0', (name) => {
    expect(lastOf(lineageOf(stages, name), 'USER')).toMatch(/^[1-9]\d{3,}:[1-9]\d{3,}$/)
  })

  test.each(['service', 'sandbox'])(
    '%s needs no shell: every command is in exec form and begins with node',
    (name) => {
      const lineage = lineageOf(stages, name)
      expect(wordsOf(lastOf(lineage, 'CMD'))[0]).toBe('node')
      expect(wordsOf(lastOf(lineage, 'HEALTHCHECK'))[0]).toBe('node')
      expect(lineage.some((one) => one.name === 'ENTRYPOINT' || one.name === 'SHELL')).toBe(false)
      expect(lastOf(lineage, 'STOPSIGNAL')).toBe('SIGTERM')
    },
  )

  test('what runs has production dependencies only, of which no install script was run', () => {
    const runtime = lineageOf(stages, 'service')
    expect(runtime.filter(({ name }) => name === 'RUN')).toEqual([])
    const modules = runtime.find(({ rest }) => rest.includes('node_modules'))
    expect(modules?.rest).toMatch(/^--from=production-dependencies /)
    const installs = stages.flatMap(({ instructions }) =>
      instructions.filter(({ rest }) => rest.includes('npm ci')),
    )
    for (const { rest } of installs) expect(rest).toContain('--ignore-scripts')
    expect(stages.find(({ name }) => name === 'production-dependencies')?.instructions[0]?.rest).toContain(
      'npm ci --omit=dev',
    )
  })

  test('Node may read the code, secrets and the ledger, write the ledger, and start nothing', () => {
    expect(command).toContain('--permission')
    expect(command.filter((word) => word.startsWith('--allow')).sort()).toEqual([
      '--allow-fs-read=/app',
      '--allow-fs-read=/data',
      '--allow-fs-read=/etc/tillgate',
      '--allow-fs-read=/proc/self/status',
      '--allow-fs-read=/proc/sys/kernel/random/boot_id',
      '--allow-fs-read=/run/secrets',
      '--allow-fs-write=/data',
    ])
  })

  test('no memory is written down or shown: no report, no heap snapshot, no debugger', () => {
    expect(command).toContain('--disable-sigusr1')
    expect(read('Dockerfile')).not.toMatch(
      /--report-|--heap(?!-growing-percent=)|--inspect|--prof|--diagnostic|NODE_OPTIONS/,
    )
  })

  test('secrets are in no layer: none is an argument, a variable or a copied file', () => {
    expect(Object.keys(defaults)).toEqual(['NODE_IMAGE', 'BASE_IMAGE'])
    expect(read('Dockerfile')).not.toMatch(/TOKEN|SECRET|PASSWORD|(?<!process)\.env|\.npmrc/)
    const allowed = read('.dockerignore').trim().split('\n')
    expect(allowed[0]).toBe('*')
    expect(allowed.slice(1).every((line) => line.startsWith('!'))).toBe(true)
    expect(allowed.some((line) => /\.env|\.git|\*|data/.test(line.slice(1)))).toBe(false)
  })

  test('whatever is copied from the repository is let through to the build', () => {
    const allowed = read('.dockerignore').split('\n')
    const copied = stages
      .flatMap(({ instructions }) => instructions)
      .filter(({ name, rest }) => name === 'COPY' && !rest.startsWith('--from='))
      .flatMap(({ rest }) => rest.split(/\s+/).slice(0, -1))
    expect(copied).toContain('package.json')
    for (const path of copied) expect(allowed).toContain(`!${path}`)
  })
})

describe('docker-compose.yml', () => {
  const { services, volumes } = parse(read('docker-compose.yml'), { merge: true }) as {
    services: Record<string, Record<string, unknown>>
    volumes: object
  }

  test('runs the service, its ledger, the sandbox, Prometheus and Grafana', () => {
    expect(Object.keys(services).sort()).toEqual(['grafana', 'postgres', 'prometheus', 'sandbox', 'service'])
    expect(Object.keys(volumes).sort()).toEqual(['ledger', 'postgres', 'prometheus'])
  })

  test.each(Object.entries(services))(
    '%s has no right it does not need: nothing to write to, no capability, no new one, no core file',
    (_name, service) => {
      expect(service).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
        ulimits: { core: 0 },
        pids_limit: expect.any(Number),
        tmpfs: expect.arrayContaining([expect.stringMatching(/^\/tmp:.*noexec/)]),
      })
      // The network of another container of these, never the host's.
      expect([undefined, 'service:service']).toContain(service.network_mode)
      for (const right of ['privileged', 'cap_add', 'devices', 'pid', 'ipc']) {
        expect(service).not.toHaveProperty(right)
      }
    },
  )

  test('ports are open to this machine alone, and the ledger has none', () => {
    const ports = Object.values(services).flatMap(({ ports = [] }) => ports as string[])
    expect(ports.length).toBeGreaterThan(0)
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/)
    expect(services.postgres).not.toHaveProperty('ports')
  })

  test('the service starts when what it needs is healthy; the sandbox, on its network, after it', () => {
    expect(services.sandbox?.network_mode).toBe('service:service')
    expect(services.service?.depends_on).toMatchObject({
      postgres: { condition: 'service_healthy' },
    })
    expect(services.postgres?.healthcheck).toMatchObject({ test: expect.arrayContaining(['pg_isready']) })
    expect(services.postgres?.image).toMatch(/^postgres:\d+\.\d+-/)
  })

  test('is given longer to end than a charge may take', () => {
    expect(Number.parseInt(String(services.service?.stop_grace_period), 10)).toBeGreaterThan(70)
  })

  test("no secret has a default but the sandbox's own", () => {
    const environment = Object.values(services).flatMap(({ environment = {} }) =>
      Object.entries(environment as Record<string, string>),
    )
    const secrets = environment.filter(([name]) => /TOKEN|SECRET|PASSWORD/.test(name))
    expect(Object.fromEntries(secrets)).toEqual({
      BIGCOMMERCE_ACCESS_TOKEN: expect.stringMatching(
        /^\$\{BIGCOMMERCE_ACCESS_TOKEN:-sandbox-store-token\}$/,
      ),
      AUTH_HMAC_SECRET: expect.stringMatching(/^\$\{AUTH_HMAC_SECRET:\?/),
      POSTGRES_PASSWORD: expect.stringMatching(/^\$\{POSTGRES_PASSWORD:-\}$/),
    })
  })
})
