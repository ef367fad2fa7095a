import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startSandbox } from '../../sandbox/start-sandbox.ts'
import { serviceEnvironment } from '../support/service-environment.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const root = join(import.meta.dirname, '../..')

/** Runs a script by npm, as a supervisor does, and waits for the line that says it is up. */
async function runScript(script: string, environment: Record<string, string>, saysWhenUp: RegExp) {
  const child = spawn('npm', ['run', script], {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that the test can be rid of all of it.
    detached: true,
  })
  onTestFinished(() => {
    try {
      process.kill(-(child.pid ?? 0), 'SIGKILL')
    } catch {
      // It is gone, as it should be.
    }
  })
  let output = ''
  const isUp = Promise.withResolvers<RegExpExecArray>()
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      const found = saysWhenUp.exec(output)
      if (found) isUp.resolve(found)
    })
  }
  const ended = once(child, 'exit').then(([code]) => code as number | null)
  void ended.then(() => isUp.reject(new Error(`npm run ${script} ended:\n${output}`)))
  const [, told = ''] = await isUp.promise
  return { child, ended, told }
}

const refused = async (url: string) =>
  fetch(url).then(
    () => 'answered',
    () => 'refused',
  )

test.each(['SIGINT', 'SIGTERM'] as const)(
  'the demo ends with the npm that started it, and leaves nothing: %s',
  async (signal) => {
    const ports = { DEMO_PORT: '0', DEMO_API_PORT: '0' }
    const demo = await runScript('demo', ports, /Service log +(\S+)[\s\S]*Ctrl-C/)
    expect(existsSync(demo.told)).toBe(true)
    demo.child.kill(signal)

    expect(await demo.ended).toBe(0)
    expect(existsSync(demo.told)).toBe(false)
  },
)

test('the service ends with the npm that started it', async () => {
  const sandbox = await startSandbox()
  onTestFinished(() => sandbox.close())
  const environment = serviceEnvironment(sandbox, `sqlite:${join(temporaryFolder(), 'tillgate.db')}`)
  const service = await runScript('start', environment, /"listening at (http:[^"]+)"/)
  expect((await fetch(`${service.told}/readyz`)).status).toBe(200)
  service.child.kill('SIGTERM')

  expect(await service.ended).toBe(0)
  expect(await refused(`${service.told}/livez`)).toBe('refused')
})

test('the sandbox ends with the npm that started it', async () => {
  const sandbox = await runScript(
    'sandbox',
    { SANDBOX_PORT: '0', SANDBOX_PAYMENTS_PORT: '0' },
    /(http:\/\/[^\s/]+)/,
  )
  sandbox.child.kill('SIGTERM')

  await sandbox.ended
  expect(await refused(sandbox.told)).toBe('refused')
})

test('npm start opens no debugger on SIGUSR1', async () => {
  const sandbox = await startSandbox()
  onTestFinished(() => sandbox.close())
  const database = `sqlite:${join(temporaryFolder(), 'tillgate.db')}`
  const environment = { ...serviceEnvironment(sandbox, database), ADMIN_PORT: '0' }
  const { child, told } = await runScript('start', environment, /listening at (http:\S+?)"/)
  let output = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  const running = processesOf(child.pid ?? 0)
  expect(running).not.toEqual([])
  for (const pid of running) process.kill(pid, 'SIGUSR1')
  expect((await fetch(`${told}/livez`)).status).toBe(200)
  expect(output).not.toContain('Debugger')
})

test('.env is read by every script that needs the configuration, the environment goes before it, and none is no news', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const reading = ['start', 'doctor', 'migrate', 'payments', 'ledger:backup', 'ledger:accept', 'ledger:copy']
  const own = '--import ./scripts/env-file.ts'
  expect(Object.keys(scripts).filter((name) => scripts[name].includes(own))).toEqual(reading)
  expect(JSON.stringify(scripts)).not.toContain('--env-file')

  const cwd = temporaryFolder()
  const show = '[process.env.ONE, process.env.TWO].join()'
  const run = () =>
    spawnSync(process.execPath, ['--import', join(root, 'scripts/env-file.ts'), '--print', show], {
      cwd,
      env: { TWO: 'of the environment' },
      encoding: 'utf8',
    })
  expect(run()).toMatchObject({ stdout: ',of the environment\n', stderr: '' })
  writeFileSync(join(cwd, '.env'), 'ONE=of the file\nTWO=of the file\n')
  expect(run()).toMatchObject({ stdout: 'of the file,of the environment\n', stderr: '' })
})

/** The processes that run the service, of the group that npm began. */
const processesOf = (group: number): number[] =>
  execFileSync('ps', ['-eo', 'pid,pgid,args'], { encoding: 'utf8' })
    .split('\n')
    .map((line) => /^ *(\d+) +(\d+) +.*src\/main\.ts/.exec(line))
    .flatMap((found) => (found && Number(found[2]) === group ? [Number(found[1])] : []))
