import type { Shown, World } from './worlds.ts'

/** The word that an attempt is given; null where it keeps the one that it has. */
export type Word = 'succeeded' | 'pending' | 'declined' | 'not_charged' | 'needs_review' | null

/**
 * What may be said of a charge, stated for these small worlds as the decision record puts it, and not as the service is
 * written: no traces are put together, no moments compared.
 */
export function wordOf(world: World): Word {
  const { mine, order, other, moment } = world
  if (isCharged(world)) return mayBecomeSuccess(world) ? 'succeeded' : null
  if (!isOpen(mine)) return null
  // The order's own word for a payment that is still open. Once another has paid it is about that one.
  if (order === 'pending' && other?.status !== 'succeeded') {
    if (mine === 'unknown') return 'pending'
    return moment === 'week' && mine !== 'needs_review' ? 'needs_review' : null
  }
  if (moment === 'quiet' && isNowhere(world) && mayEndByAbsence(world))
    return world.shown.some(({ isVoid }) => isVoid) || isVoidedByWord(world) ? 'declined' : 'not_charged'
  return moment === 'week' && mine !== 'needs_review' ? 'needs_review' : null
}

const isOpen = (status: World['mine']) =>
  status === 'unknown' || status === 'pending' || status === 'needs_review'
const isPaidByOther = ({ other }: World) => other?.isGift === false && other.status === 'succeeded'
const saysPaid = ({ order }: World) => order === 'captured' || order === 'authorized'

/** Where no row of it is shown, the order may say of its only charge that it is void. */
const isVoidedByWord = ({ order, shown }: World) =>
  order === 'void' && shown.length === 1 && shown.every(({ isVoid }) => !isVoid)
const standing = (world: World) => (isVoidedByWord(world) ? [] : world.shown.filter(({ isVoid }) => !isVoid))

/** What has no end may still be of any later time. */
const mayBeMine = ({ time }: Shown, { mine }: World) => time !== 'late' || isOpen(mine)

/** An authorisation is a charge as long as its void would have been read, or its order says so. */
const counts = ({ event }: Shown, world: World) =>
  event === 'purchase' || world.transactions === 'whole' || saysPaid(world)

/** How many charges can only be this attempt's, by the transactions. */
function ownCharges(world: World): number {
  const candidates = standing(world).filter((shown) => mayBeMine(shown, world))
  const countable = candidates.filter((shown) => counts(shown, world)).length
  return Math.max(0, countable - (takesOneOf(candidates, world) ? 1 : 0))
}

/** The other's success is one of these, unless a charge outside this attempt's time is it. */
function takesOneOf(candidates: readonly Shown[], world: World): boolean {
  if (!isPaidByOther(world)) return false
  const mayBeIts = ({ time }: Shown) => time === 'unsaid' || time === world.other?.time
  const isElsewhere = standing(world).some((shown) => !candidates.includes(shown) && mayBeIts(shown))
  return !isElsewhere && candidates.some(mayBeIts)
}

/** The order's word is about this attempt where nothing else explains it. */
const isMeantByOrder = (world: World) =>
  saysPaid(world) &&
  world.other?.status !== 'succeeded' &&
  standing(world).length === 0 &&
  world.shown.length === 0

const isCharged = (world: World) => ownCharges(world) > 0 || isMeantByOrder(world)

/** An end is corrected only in doubt, and by what can be of no other. */
function mayBecomeSuccess(world: World): boolean {
  const { mine, other } = world
  if (isOpen(mine)) return true
  if (mine !== 'not_charged') return false
  const candidates = standing(world).filter((shown) => mayBeMine(shown, world))
  const isDated = ownCharges(world) > 0 && candidates.every(({ time }) => time !== 'unsaid')
  if (!isDated) return other === null || other.status === 'succeeded'
  // It may as well be that of another without an end, or of another that was told the same.
  const mayBeAnothers = other?.status === 'unknown' || (other?.status === 'not_charged' && !other.isGift)
  return ownCharges(world) > (mayBeAnothers && other?.time === 'early' ? 1 : 0)
}

/** Both witnesses were read whole, and nothing of this attempt is there. */
function isNowhere(world: World): boolean {
  const { order, transactions } = world
  if (order === 'away' || transactions !== 'whole') return false
  const isPaid = saysPaid(world)
  const isExplained = isPaidByOther(world) || standing(world).length > 0
  return isPaid ? isExplained : order !== 'pending'
}

/** Absence never ends what BigCommerce itself called pending or a duplicate, nor a bank account's lost answer. */
const mayEndByAbsence = ({ mine, reason }: World) => mine !== 'pending' && reason === 'none'
