import { Writable } from 'node:stream'
import type { Pool } from 'pg'
import { expect, test } from 'vitest'
import { answeringPool } from '../../src/stores/engine/answering-pool.ts'

test('statements that are sent in the same turn go to the server in one write', async () => {
  const writes: string[] = []
  const stream = new Writable({
    write(chunk, _encoding, done) {
      writes.push(String(chunk))
      done()
    },
    writev(chunks, done) {
      writes.push(chunks.map(({ chunk }) => String(chunk)).join(' '))
      done()
    },
  })
  const client = {
    connection: { stream },
    async query({ text }: { text: string }) {
      await new Promise((done) => stream.write(text, done))
      return { command: 'SELECT', rowCount: 0, rows: [] }
    },
  }
  const pool = { on() {}, options: {}, connect: async () => client } as unknown as Pool
  const connection = await answeringPool(pool, () => true).connect()
  await Promise.all(['begin', 'insert', 'commit'].map((text) => connection.query(text, [])))
  await connection.query('select', [])
  expect(writes).toEqual(['begin insert commit', 'select'])
})
