import { createManagementGate } from '../../src/clients/bigcommerce/management-gate.ts'
import { median } from './statistics.ts'

const waiting = 500
const callsPerTurn = 2_000
const turns = 21
const patienceMs = 3_600_000
const kind = 'POST /v3/payments/access_tokens'

/*
 * What a call costs that passes the gate while others wait there for their turn: prints it, in microseconds. In a process of its own,
 * since the bench's has compiled for its load by then, and its heap is full of answers.
 */
process.stdout.write(String(await measureGate()))

async function measureGate(): Promise<number> {
  // A clock that stands still, and no timers: the window of the quota does not end while this runs.
  const gate = createManagementGate({ now: () => 0, schedule: () => () => {}, random: Math.random })
  const headers = {
    'x-rate-limit-requests-quota': '150',
    // Nothing for looks, which leave half of the quota alone, and enough for what pays.
    'x-rate-limit-requests-left': '60',
    'x-rate-limit-time-window-ms': '30000',
    'x-rate-limit-time-reset-ms': '30000',
  }
  await gate
    .arrive({ purpose: 'paying', caller: 'first', kind }, patienceMs)
    .pass(async () => ({ status: 200, headers, json: null }))
  for (let each = 0; each < waiting; each++) {
    const visit = gate.arrive({ purpose: 'reconciling', caller: `caller ${each}`, kind }, patienceMs)
    visit.pass(async () => ({ status: 200, headers: {}, json: null })).catch(() => {})
  }
  if (gate.standing().waiting.reconciling !== waiting) throw new Error('the looks do not wait at the gate')
  const answer = { status: 200, headers: {}, json: null }
  const send = async () => answer
  const tookUs: number[] = []
  for (let turn = 0; turn < turns; turn++) {
    const startMs = performance.now()
    for (let call = 0; call < callsPerTurn; call++)
      await gate.arrive({ purpose: 'paying', caller: 'payer', kind }, patienceMs).pass(send)
    tookUs.push(((performance.now() - startMs) * 1_000) / callsPerTurn)
  }
  return median(tookUs)
}
