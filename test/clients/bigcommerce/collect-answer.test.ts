import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'undici'
import { expect, onTestFinished, test } from 'vitest'
import { createCollectAnswer } from '../../../src/clients/bigcommerce/collect-answer.ts'
import { startNetHost } from './http-host.ts'

const timeoutMs = 300

/** Calls a host that answers each request line as told; where that is nothing it never answers. */
async function collecting(answers: Readonly<Record<string, readonly string[]>>, connections = 16) {
  const host = await startNetHost(async (socket, heard) => {
    const [, path = ''] = /^(\S+) (?:.*\r\n)+\r\n$/.exec(heard.split('GET ').at(-1) ?? '') ?? []
    for (const piece of answers[path] ?? []) {
      if (piece === 'END') socket.end()
      else socket.write(piece)
      await sleep(5)
    }
  })
  const pool = new Pool(new URL(host.url).origin, { connections, maxResponseSize: 1_000 })
  onTestFinished(async () => {
    await pool.destroy()
    await host.close()
  })
  const collect = createCollectAnswer(pool, timeoutMs)
  return {
    heard: host.heard,
    pool,
    collect,
    call: (path: string) =>
      collect({ method: 'GET', path, headers: { accept: 'application/json' }, body: null }),
  }
}

const head = (length: number, ...lines: string[]) =>
  `${['HTTP/1.1 200 OK', `Content-Length: ${length}`, ...lines].join('\r\n')}\r\n\r\n`

test('an answer is collected whole, in however many pieces it comes', async () => {
  const { call } = await collecting({
    '/whole': [`${head(9)}{"ok":11}`],
    '/pieces': [head(12), '{"ok"', ':"y', 'es"', '}'],
    '/none': ['HTTP/1.1 204 No Content\r\n\r\n'],
    '/interim': ['HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n', `${head(2)}{}`],
    '/chunked': [
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n',
      '3\r\n[1,\r\n',
      '2\r\n2]\r\n',
      '0\r\n\r\n',
    ],
  })
  expect(await call('/whole')).toMatchObject({ status: 200, json: { ok: 11 } })
  expect(await call('/pieces')).toMatchObject({ status: 200, json: { ok: 'yes' } })
  expect(await call('/none')).toMatchObject({ status: 204, json: undefined })
  expect(await call('/interim')).toMatchObject({ status: 200, json: {} })
  const chunked = await call('/chunked')
  expect(chunked).toMatchObject({ status: 200, json: [1, 2] })
  expect(chunked.bytes?.toString()).toBe('[1,2]')
})

test('half an answer, or one that is too large, is none', async () => {
  const { call } = await collecting({
    '/half': [`${head(20)}{"ok":`, 'END'],
    '/large': [`${head(2_000)}${'x'.repeat(2_000)}`],
    '/nonsense': ['SSH-2.0-OpenSSH\r\n', 'END'],
  })
  for (const path of ['/half', '/large', '/nonsense']) await expect(call(path)).rejects.toThrow()
})

test('each call ends when its own time is over, in whatever it is then', async () => {
  const { call } = await collecting({ '/begun': [`${head(20)}{"ok":`], '/good': [`${head(2)}{}`] })
  const endsOf = async (path: string) => {
    const startedMs = performance.now()
    const error = await call(path).then(
      () => null,
      (failure: Error) => failure.name,
    )
    return { error, afterMs: performance.now() - startedMs }
  }
  const first = endsOf('/silent')
  await sleep(timeoutMs / 2)
  const [early, late, begun, good] = await Promise.all([
    first,
    endsOf('/silent'),
    endsOf('/begun'),
    endsOf('/good'),
  ])
  for (const { error, afterMs } of [early, late, begun]) {
    expect(error).toBe('TimeoutError')
    // A timer may fire a millisecond before its time.
    expect(afterMs).toBeGreaterThan(timeoutMs - 2)
  }
  expect(good.error).toBe(null)
})

test('a call that waits for a connection when its time is over is not sent any more', async () => {
  // Piece by piece, until long after the time of the second.
  const slow = [head(2), ...Array.from({ length: 120 }, () => ''), '{}']
  const { call, heard, pool } = await collecting({ '/first': slow }, 1)
  const first = pool.request({ method: 'GET', path: '/first' }).then(({ body }) => body.json())
  await expect(call('/second')).rejects.toThrow('timeout')
  expect(await first).toEqual({})
  await sleep(50)
  expect(heard.join('')).not.toContain('/second')
})

test('a call that is given up ends at once, and its connection is there for the next', async () => {
  const { collect } = await collecting({ '/good': [`${head(2)}{}`] }, 1)
  const request = (path: string) => ({ method: 'GET', path, headers: {}, body: null }) as const
  const sending = { giveUp(_why: Error) {} }
  const silent = collect(request('/silent'), sending)
  const good = collect(request('/good'))
  await sleep(20)
  const fromMs = performance.now()
  sending.giveUp(new Error('given up'))
  await expect(silent).rejects.toThrow('given up')
  expect((await good).json).toEqual({})
  expect(performance.now() - fromMs).toBeLessThan(timeoutMs - 50)
  sending.giveUp(new Error('again'))
})
