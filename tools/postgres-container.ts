import { existsSync } from 'node:fs'
import { request } from 'node:http'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** A server on which tests create their databases. */
export interface PostgresServer {
  /** Of a user who may create databases. */
  readonly url: string
  stop(): Promise<void>
}

const image = 'postgres:18-alpine'

/** A daemon on this machine answers in milliseconds. */
const pingTimeoutMs = 1_000

/** Starts Postgres in a container. @returns null if Docker does not answer or cannot get the image. */
export async function startPostgresContainer(): Promise<PostgresServer | null> {
  if (!(await dockerAnswers())) return null
  const { GenericContainer, Wait } = await import('testcontainers')
  try {
    const container = await new GenericContainer(image)
      .withEnvironment({ POSTGRES_PASSWORD: 'tests-only' })
      // What the tests write is thrown away, so it need not reach a disk.
      .withCommand(['-c', 'fsync=off', '-c', 'max_connections=500'])
      .withExposedPorts(5432)
      // It starts twice: the first time only to be set up.
      .withWaitStrategy(Wait.forLogMessage(/ready to accept connections/, 2))
      .start()
    const address = `${container.getHost()}:${container.getMappedPort(5432)}`
    return {
      url: `postgres://postgres:tests-only@${address}/postgres`,
      stop: async () => void (await container.stop()),
    }
  } catch (error) {
    process.stderr.write(`Docker could not run ${image}, so the tests use Postgres from npm: ${error}\n`)
    return null
  }
}

function dockerAnswers(): Promise<boolean> {
  const target = dockerTarget()
  if (!target) return Promise.resolve(false)
  return new Promise((resolve) => {
    const ping = request({ ...target, path: '/_ping', timeout: pingTimeoutMs }, (answer) => {
      answer.resume()
      resolve(answer.statusCode === 200)
    })
    ping.on('timeout', () => ping.destroy())
    ping.on('error', () => resolve(false))
    ping.end()
  })
}

/** Where Docker says that it listens, or one of the places where it usually does. */
function dockerTarget(): { socketPath: string } | { host: string; port: string } | null {
  const { DOCKER_HOST } = process.env
  if (DOCKER_HOST?.startsWith('tcp://')) {
    const { hostname, port } = new URL(DOCKER_HOST)
    return { host: hostname, port }
  }
  const usual = ['/var/run/docker.sock', join(homedir(), '.docker/run/docker.sock')]
  const socketPath = DOCKER_HOST?.replace(/^unix:\/\//, '') ?? usual.find((path) => existsSync(path))
  return socketPath ? { socketPath } : null
}
