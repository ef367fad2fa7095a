import type { StoreReadings } from './ask-store.ts'
import { type Finding, findingsOf } from './finding.ts'

/** Caller tokens may be off by this much. */
const skewWarningMs = 5_000
/** Webhooks are refused at five minutes. Long before that, reconciliation could take a live PAT for an expired one. */
const skewFailureMs = 60_000
/** A Date header is cut to whole seconds, so it is half a second early on average. */
const halfSecondMs = 500

/** Compares our clock with BigCommerce's, as its answers show it. */
export function checkStoreClock(readings: StoreReadings): Finding[] {
  const skews = Object.values(readings)
    .filter((reading) => reading !== null)
    .flatMap(({ answer, sentAtMs, answeredAtMs }) => {
      const dateMs = Date.parse(String(answer?.headers.date ?? ''))
      if (Number.isNaN(dateMs)) return []
      const uncertaintyMs = halfSecondMs + (answeredAtMs - sentAtMs) / 2
      return [{ skewMs: (sentAtMs + answeredAtMs) / 2 - (dateMs + halfSecondMs), uncertaintyMs }]
    })
  const best = skews.sort((one, other) => one.uncertaintyMs - other.uncertaintyMs)[0]
  const check = 'clock, against BigCommerce'
  if (!best) return [findingsOf(check).notChecked('No answer had a Date header.')]
  return [skewFinding(check, best.skewMs, best.uncertaintyMs)]
}

/** @param skewMs how far our clock is ahead; negative when it is behind. */
export function skewFinding(check: string, skewMs: number, uncertaintyMs: number): Finding {
  const { ok, warning, failure } = findingsOf(check)
  const certainMs = Math.abs(skewMs) - uncertaintyMs
  const says = `Our clock is ${(Math.abs(skewMs) / 1_000).toFixed(1)} s ${skewMs > 0 ? 'ahead' : 'behind'}`
  const advice = 'Set the clocks of all machines by NTP (chrony, systemd-timesyncd).'
  if (certainMs > skewFailureMs)
    return failure(`${says}. Tokens and webhooks will be refused or believed wrongly.`, advice)
  if (certainMs > skewWarningMs)
    return warning(`${says}, which is more than caller tokens may be off.`, advice)
  return ok('Our clock agrees, as far as this can be measured.')
}
