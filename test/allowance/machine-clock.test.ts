import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createPermitStore } from '../../src/allowance/permit-store.ts'
import type { Machine } from '../../src/stores/engine/dialect.ts'
import { applyMigrations } from '../../src/stores/engine/migrations.ts'
import { openSqlite } from '../../src/stores/engine/open-sqlite.ts'
import { sqliteFile } from '../stores/sqlite-file.ts'

const rule = { windowMs: 4_000, marginMs: 200, sendWithinMs: 5_000 }

/** A machine that has been up for as long as it is told. */
function machineOf(id: string, upMs: number) {
  const machine = { id, upMs: () => upMs }
  const pass = (ms: number) => {
    upMs += ms
  }
  return { machine, pass }
}

describe('on SQLite permits count on the clock of the machine, which cannot be set', () => {
  let file: ReturnType<typeof sqliteFile>
  let closing: (() => Promise<void>)[] = []
  beforeEach(() => {
    file = sqliteFile()
    vi.useFakeTimers({ toFake: ['Date'] })
  })
  afterEach(async () => {
    vi.useRealTimers()
    for (const close of closing) await close()
    closing = []
    file.remove()
  })

  /** An instance that starts on the file. */
  async function started(machine: Machine, limit = 3) {
    const database = openSqlite(file.path, machine)
    closing.push(() => database.destroy())
    await applyMigrations(database)
    const store = createPermitStore({ database, storeHash: 's', instance: 'i', limit, rule, machine })
    const provided = await store.provide()
    return { ...provided, store }
  }
  const setWall = (byMs: number) => vi.setSystemTime(Date.now() + byMs)
  async function use({ store }: Awaited<ReturnType<typeof started>>) {
    const { taken } = await store.reserve(9, 0)
    for (const reservation of taken) await store.counted(reservation)
    return taken.length
  }

  test.each([10_000, 86_400_000, -3_600_000, -2_000])(
    'the wall clock set by %d ms changes nothing',
    async (ms) => {
      const { machine, pass } = machineOf('a', 5_000_000)
      const running = await started(machine)
      expect(await use(running)).toBe(3)
      setWall(ms)
      expect(await use(running)).toBe(0)
      expect(await use(await started(machine))).toBe(0)
      pass(3_999)
      expect(await use(running)).toBe(0)
      pass(2)
      expect(await use(running)).toBe(3)
    },
  )

  test('processes whose wall clocks differ share the permits as if they did not', async () => {
    const { machine, pass } = machineOf('a', 5_000_000)
    const one = await started(machine)
    setWall(10_000)
    const other = await started(machine)
    expect([await use(one), await use(other)]).toEqual([3, 0])
    pass(4_001)
    expect([await use(other), await use(one)]).toEqual([3, 0])
  })

  test('it begins where the wall clock is, as a person who looks into the table expects', async () => {
    const { atMs } = await started(machineOf('a', 5_000_000).machine)
    expect(atMs).toBe(Date.now())
  })

  test('a machine that has just been started again has waited for as long as it has been up', async () => {
    expect(await use(await started(machineOf('a', 5_000_000).machine))).toBe(3)
    setWall(600_000)
    const { machine, pass } = machineOf('b', 1_000)
    const restarted = await started(machine)
    expect(await use(restarted)).toBe(0)
    pass(2_999)
    expect(await use(restarted)).toBe(0)
    pass(2)
    expect(await use(restarted)).toBe(3)
  })

  test('and one that has been up for longer than any window waits for nothing, whatever its wall clock says', async () => {
    expect(await use(await started(machineOf('a', 5_000_000).machine))).toBe(3)
    setWall(600_000)
    expect(await use(await started(machineOf('b', 10_000).machine))).toBe(3)
    setWall(-7_200_000)
    const behind = await started(machineOf('c', 20_000).machine)
    expect(behind.setBackMs).toBeGreaterThan(7_000_000)
    expect((await behind.store.outlook()).isAheadOfClock).toBe(false)
  })

  test('where the system does not tell of a new start, what is ahead of its clock is put right', async () => {
    expect(await use(await started(machineOf('', 5_000_000).machine))).toBe(3)
    const { machine, pass } = machineOf('', 3_000)
    const restarted = await started(machine)
    expect(restarted.setBackMs).toBeGreaterThan(4_000_000)
    expect(await use(restarted)).toBe(0)
    pass(4_010)
    expect(await use(restarted)).toBe(3)
  })
})
