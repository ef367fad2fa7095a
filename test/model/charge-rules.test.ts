import { expect, test } from 'vitest'
import { conclude } from '../../src/domain/conclusion.ts'
import { type Word, wordOf } from './rules.ts'
import { inService, type World, worlds } from './worlds.ts'

function said(world: World): Word {
  const { me, others, reading, nowMs } = inService(world)
  const { end } = conclude(me, reading, others, nowMs)
  return (end?.status ?? null) as Word
}

const isOpen = ({ mine }: World) => mine === 'unknown' || mine === 'pending' || mine === 'needs_review'
const isNo = (word: Word) => word === 'declined' || word === 'not_charged'

const all = [...worlds()].map((world) => ({ world, word: said(world) }))

/** The first worlds in which this does not hold, with what is said in them and what the rules say. */
const broken = (holds: (world: World, word: Word) => boolean): object[] =>
  all
    .filter(({ world, word }) => !holds(world, word))
    .slice(0, 5)
    .map(({ world, word }) => ({ ...world, word, right: wordOf(world) }))

test('in every small world the service says what the rules say', () => {
  expect(all.length).toBeGreaterThan(200_000)
  expect(broken((world, word) => word === wordOf(world))).toEqual([])
})

test('a partial reading never ends anything by absence, nor does one before the token has expired', () => {
  const isPoor = ({ order, transactions, moment }: World) =>
    order === 'away' || transactions !== 'whole' || moment !== 'quiet'
  expect(broken((world, word) => !isNo(word) || !isPoor(world))).toEqual([])
})

test('success is said only where a charge stands, or the order says so', () => {
  const isShown = ({ shown, order }: World) =>
    shown.some(({ isVoid }) => !isVoid) || order === 'captured' || order === 'authorized'
  expect(broken((world, word) => word !== 'succeeded' || isShown(world))).toEqual([])
})

test('a purchase in its time is success for what has no end, whatever else is shown', () => {
  const own = { event: 'purchase', time: 'early', isVoid: false } as const
  expect(
    broken((world) => {
      if (!isOpen(world) || world.transactions === 'away' || world.shown.length > 1) return true
      // The other success may be this one.
      if (world.other?.status === 'succeeded' && !world.other.isGift) return true
      const hasVoidByWord = world.order === 'void' && world.shown.length === 0
      return hasVoidByWord || said({ ...world, shown: [...world.shown, own] }) === 'succeeded'
    }),
  ).toEqual([])
})

test('what is read in part leads to the same word as the whole, or to none yet', () => {
  expect(
    broken((world) => {
      if (world.transactions !== 'whole') return true
      const [whole, part] = [said(world), said({ ...world, transactions: 'part' })]
      return part === whole || part === null || part === 'pending' || part === 'needs_review'
    }),
  ).toEqual([])
})

test('after a week everything has an end, or is with a person', () => {
  expect(
    broken((world, word) => world.moment !== 'week' || word !== null || world.mine === 'needs_review'),
  ).toEqual([])
})
