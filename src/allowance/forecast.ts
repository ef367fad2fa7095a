/** A token as seen at one moment: when it comes back, from then on, and by which instance it is used, if by any. */
export interface TokenOutlook {
  readonly backInMs: number
  readonly holder: string
}

export interface Forecast {
  /** How long until the nth next token is ours, n from 1. */
  waitMs(turn: number): number
}

/**
 * Tells from one look at the tokens how long those wait who stand in line at one instance. Other instances have lines
 * of their own; they get what they have been getting, and every instance at least an even share.
 *
 * @param cycleMs from one use of a token to its next, when it is in demand all the time.
 */
export function createForecast(tokens: readonly TokenOutlook[], instance: string, cycleMs: number): Forecast {
  const back = tokens.map(({ backInMs }) => Math.max(0, backInMs)).sort((a, b) => a - b)
  const inUse = tokens.map(({ holder }) => holder).filter((holder) => holder !== '')
  const instances = new Set(inUse).add(instance).size
  const ours = inUse.filter((holder) => holder === instance).length
  const share = Math.max(1 / instances, ours / tokens.length)

  return {
    waitMs(turn) {
      const index = Math.ceil(turn / share) - 1
      return (back[index % back.length] ?? 0) + Math.floor(index / back.length) * cycleMs
    },
  }
}
