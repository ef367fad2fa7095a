import { gunzipSync } from 'node:zlib'
import { request } from 'undici'
import { expect, test } from 'vitest'
import { publishedDocument } from '../support/documented.ts'
import { startTillgate } from '../support/start-tillgate.ts'

test('live is said without any dependency; ready is not said while draining', async () => {
  const { call, drain } = await startTillgate()
  expect((await call('/livez')).body).toEqual({ status: 'live' })
  expect((await call('/readyz')).body).toEqual({ status: 'ready' })
  drain()
  expect((await call('/livez')).status).toBe(200)
  expect([(await call('/readyz')).status, (await call('/readyz')).body]).toEqual([
    503,
    { status: 'not_ready' },
  ])
})

test('the document that is served is the one that is published', async () => {
  const { call } = await startTillgate({ environment: { CHECKOUT_PAYMENTS: 'true' } })
  expect((await call('/openapi.json')).body).toEqual(publishedDocument)
})

test('an operation that is not there is not in the document that is served', async () => {
  const { call } = await startTillgate()
  const isAlways = ([, operations]: [string, object]) =>
    !Object.values(operations).some((operation) => 'x-optional' in operation)
  const always = Object.entries(publishedDocument.paths as Record<string, object>).filter(isAlways)
  expect(always.length).toBeLessThan(Object.keys(publishedDocument.paths).length)
  expect(((await call('/openapi.json')).body as { paths: object }).paths).toEqual(Object.fromEntries(always))
})

test('the page to read it runs only scripts of its own, under a policy of its own', async () => {
  const { call } = await startTillgate()
  const [page, again] = [await call('/docs'), await call('/docs')]
  const nonce = /nonce-([^']+)'/.exec(String(page.headers['content-security-policy']))?.[1]
  expect(page.text).toContain(`<script src="docs/js/scalar.js" nonce="${nonce}">`)
  expect(page.text).not.toMatch(/https?:\/\//)
  expect(again.headers['content-security-policy']).not.toBe(page.headers['content-security-policy'])
  expect(page.text).toContain('<html lang="en">')
  expect((await call('/docs/js/scalar.js')).headers['content-type']).toContain('javascript')
})

test('the script of the docs page is sent compressed to who takes that, and may be kept', async () => {
  const { url, call } = await startTillgate()
  const plain = await call('/docs/js/scalar.js')
  const zipped = await request(`${url}/docs/js/scalar.js`, { headers: { 'accept-encoding': 'br, gzip' } })
  const sent = Buffer.from(await zipped.body.arrayBuffer())
  const refusing = await call('/docs/js/scalar.js', { headers: { 'accept-encoding': 'gzip;q=0, br' } })

  expect(zipped.headers).toMatchObject({
    'content-encoding': 'gzip',
    'content-length': String(sent.length),
    'cache-control': 'public, max-age=3600',
    vary: expect.stringContaining('accept-encoding'),
  })
  expect(sent.length).toBeLessThan(plain.text.length / 3)
  expect(gunzipSync(sent).toString('utf8')).toBe(plain.text)
  expect([plain.headers['content-encoding'], refusing.headers['content-encoding']]).toEqual([
    undefined,
    undefined,
  ])
})

test.each([
  ['/docs/', '../docs', '/docs'],
  ['/docs/problems/', '../problems', '/docs/problems'],
])('%s leads to the page, behind a path prefix too', async (path, location, page) => {
  const { url, call } = await startTillgate()
  const answer = await fetch(`${url}${path}`, { redirect: 'manual' })
  expect([answer.status, answer.headers.get('location')]).toEqual([308, location])
  expect(new URL(location, `https://shop.example/pay${path}`).pathname).toBe(`/pay${page}`)
  expect((await call(page)).status).toBe(200)
})
