import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { Env, SECRETS } from '../../src/config/variables.ts'
import { lastOf, lineageOf, readDockerfile, wordsOf } from './dockerfile.ts'

interface Container {
  readonly command?: readonly string[]
  readonly env: readonly { readonly name: string; readonly value: string }[]
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[]
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[]
  readonly securityContext: object
  readonly [probe: `${string}Probe`]: { readonly httpGet: { readonly path: string; readonly port: string } }
}
interface Pod {
  readonly terminationGracePeriodSeconds?: number
  readonly securityContext: object
  readonly containers: readonly Container[]
  readonly volumes: readonly { readonly secret: { readonly defaultMode: number } }[]
}
interface Manifest {
  readonly kind: string
  readonly spec: {
    readonly replicas?: number
    readonly ports?: readonly object[]
    readonly template?: { readonly spec: Pod }
  }
}

const folder = join(import.meta.dirname, '../../ops/kubernetes')
function read(name: string): Manifest[] {
  // Kubernetes reads YAML 1.1, in which 0440 is octal.
  const documents = parseAllDocuments(readFileSync(join(folder, name), 'utf8'), { version: '1.1' })
  for (const { errors } of documents) expect(errors).toEqual([])
  return documents.map((document) => document.toJS() as Manifest)
}
const service = lineageOf(readDockerfile().stages, 'service')
const readable = wordsOf(lastOf(service, 'CMD'))
  .filter((word) => word.startsWith('--allow-fs-read='))
  .map((word) => word.replace('--allow-fs-read=', ''))

describe.each(['postgres.yml', 'sqlite.yml'])('%s', (name) => {
  const manifests = read(name)
  const pods = manifests.flatMap(({ spec }) => (spec.template ? [spec.template.spec] : []))
  const serving = pods.find(({ containers }) => containers[0]?.ports)
  const container = serving?.containers[0]
  const setTo = (variable: string) => container?.env.find((each) => each.name === variable)?.value

  test('sets variables that there are, and secrets only by files that the image may read', () => {
    const known = new Set([...Object.keys(Env.shape), ...SECRETS.map((secret) => `${secret}_FILE`)])
    for (const { containers } of pods) {
      for (const { env } of containers) {
        for (const each of env) {
          expect(known).toContain(each.name)
          const isFile = each.name.endsWith('_FILE')
          if (isFile) expect(readable.some((path) => each.value.startsWith(`${path}/`))).toBe(true)
          else if (each.name !== 'DATABASE_URL') expect(SECRETS as readonly string[]).not.toContain(each.name)
        }
      }
    }
    expect(setTo('DATABASE_URL') ?? 'sqlite:').toMatch(/^sqlite:/)
  })

  test("runs as the image's user, whose group alone may read the secrets, with no right beyond", () => {
    const [user] = lastOf(service, 'USER').split(':').map(Number)
    expect(pods.length).toBeGreaterThan(0)
    for (const { securityContext, volumes, containers } of pods) {
      expect(securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: user, fsGroup: user })
      expect(volumes[0]?.secret.defaultMode).toBe(0o440)
      expect(containers[0]?.securityContext).toEqual({
        readOnlyRootFilesystem: true,
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
      })
    }
  })

  test('waits for payments: the grace period is longer than all that a shutdown may take', () => {
    const msMax = ['SHUTDOWN_DELAY_MS', 'PAYMENT_QUEUE_MAX_WAIT_MS', 'PAYMENT_TIMEOUT_MS'].reduce(
      (sum, variable) => sum + Number(setTo(variable)),
      5_000,
    )
    expect(Number(serving?.terminationGracePeriodSeconds) * 1_000).toBeGreaterThan(msMax)
    expect(Number(setTo('SHUTDOWN_DELAY_MS'))).toBeGreaterThan(0)
  })

  test('restarts by liveness, sends traffic by readiness, and shows the admin port to no one', () => {
    expect(container?.livenessProbe?.httpGet).toEqual({ path: '/livez', port: 'admin' })
    expect(container?.readinessProbe?.httpGet).toEqual({ path: '/readyz', port: 'admin' })
    expect(manifests.find(({ kind }) => kind === 'Service')?.spec.ports).toEqual([
      { name: 'api', port: 80, targetPort: 'api' },
    ])
  })
})

test('on SQLite there is one instance with a disk of its own, on Postgres several, and a job migrates', () => {
  const [sqlite] = read('sqlite.yml')
  expect(sqlite).toMatchObject({ kind: 'StatefulSet', spec: { replicas: 1 } })
  const postgres = read('postgres.yml')
  const deployment = postgres.find(({ kind }) => kind === 'Deployment')
  expect(deployment?.spec.replicas).toBeGreaterThan(1)
  expect(deployment?.spec.template?.spec.containers[0]?.env).toContainEqual({
    name: 'MIGRATE_ON_START',
    value: 'false',
  })
  const job = postgres.find(({ kind }) => kind === 'Job')
  expect(job?.spec.template?.spec.containers[0]?.command).toEqual(['node', 'dist/migrate.js'])
})
