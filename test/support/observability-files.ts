import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

const root = join(import.meta.dirname, '../..')
export const readRoot = (path: string) => readFileSync(join(root, path), 'utf8')

export interface Alert {
  readonly alert: string
  readonly expr: string
  readonly labels: { readonly severity: string }
  readonly annotations: { readonly summary: string; readonly runbook_url: string }
}
interface Rules {
  readonly groups: readonly { readonly rules: readonly Alert[] }[]
}

/** The alert rules as Prometheus would load them. */
export const alerts = (): Alert[] =>
  (parse(readRoot('ops/prometheus/alerts.yml')) as Rules).groups.flatMap(({ rules }) => rules)

export interface Panel {
  readonly id: number
  readonly title: string
  readonly type: string
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[]
}

/** The panels of the dashboard as Grafana would load them. */
export const panels = (): Panel[] =>
  (JSON.parse(readRoot('ops/grafana/dashboards/tillgate.json')) as { panels: Panel[] }).panels

export interface Query {
  /** The alert or the panel. */
  readonly where: string
  readonly expr: string
}

/** All queries: those of the alerts and those of the panels. */
export const queries = (): Query[] => [
  ...alerts().map(({ alert, expr }) => ({ where: alert, expr })),
  ...panels().flatMap(({ title, targets = [] }) =>
    // Grafana replaces the interval before it sends the query.
    targets.map(({ expr }) => ({ where: title, expr: expr.replaceAll('$__rate_interval', '5m') })),
  ),
]
