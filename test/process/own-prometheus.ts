import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { stringify } from 'yaml'
import { freePort } from '../support/free-port.ts'
import { readRoot } from '../support/observability-files.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

/** Whether Prometheus and its promtool are on the PATH. */
export const hasPrometheus = ['prometheus', 'promtool'].every(
  (name) => spawnSync(name, ['--version']).status === 0,
)

export interface OwnPrometheus {
  /** Series that a query gives now. */
  query(expr: string): Promise<readonly unknown[]>
  /** Waits until it has looked at the instance twice more: a rise is seen between two looks. */
  twoLooks(): Promise<void>
  /** Names of the alerts that fire now. */
  firing(): Promise<string[]>
  /** What is wrong with each rule, by its alert. */
  ruleErrors(): Promise<string[]>
}

/** A real Prometheus with our alerts that looks at an instance each second. No alert waits for its `for`. */
export async function ownPrometheus(adminUrl: string): Promise<OwnPrometheus> {
  const folder = temporaryFolder()
  const rules = readRoot('ops/prometheus/alerts.yml').replaceAll(/^( +)for: \w+$/gm, '$1for: 0s')
  writeFileSync(join(folder, 'alerts.yml'), rules)
  const targets = [{ targets: [new URL(adminUrl).host] }]
  const config = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: ['alerts.yml'],
    scrape_configs: [{ job_name: 'tillgate', static_configs: targets }],
  }
  writeFileSync(join(folder, 'prometheus.yml'), stringify(config))
  const port = await freePort()
  const flags = [`--web.listen-address=127.0.0.1:${port}`, `--storage.tsdb.path=${join(folder, 'data')}`]
  const child = spawn('prometheus', [`--config.file=${join(folder, 'prometheus.yml')}`, ...flags], {
    stdio: 'ignore',
  })
  onTestFinished(() => end(child))

  const ask = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`)
    // biome-ignore lint/suspicious/noExplicitAny: Prometheus' own shape
    return ((await answer.json()) as any).data
  }
  const rulesNow = async (): Promise<{ name: string; state: string; lastError?: string }[]> =>
    (await ask('/api/v1/rules')).groups.flatMap((group: { rules: unknown[] }) => group.rules)
  const isReady = () =>
    fetch(`http://127.0.0.1:${port}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    )
  await expect.poll(isReady, { timeout: 20_000, interval: 100 }).toBe(true)
  const query = async (expr: string) => (await ask(`/api/v1/query?query=${encodeURIComponent(expr)}`)).result
  const looks = async () => Number((await query('count_over_time(up[1h])'))[0]?.value[1] ?? 0)
  return {
    query,
    async twoLooks() {
      const before = await looks()
      await expect.poll(looks, { timeout: 20_000, interval: 250 }).toBeGreaterThanOrEqual(before + 2)
    },
    firing: async () => (await rulesNow()).filter(({ state }) => state === 'firing').map(({ name }) => name),
    ruleErrors: async () =>
      (await rulesNow()).flatMap(({ name, lastError }) => (lastError ? [`${name}: ${lastError}`] : [])),
  }
}

async function end(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}
