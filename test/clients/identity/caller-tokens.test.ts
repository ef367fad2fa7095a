import { createPublicKey } from 'node:crypto'
import { createLocalJWKSet, exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { type CallerTokenKey, createVerifyCallerTokens } from '../../../src/clients/identity/caller-tokens.ts'
import { Problem } from '../../../src/domain/problem.ts'
import { mint, nowMs, nowSeconds, resultOf, secretOf, unsigned } from './token-factory.ts'

const secret = secretOf('an HMAC secret of 32 bytes or more')
const rsa = await generateKeyPair('RS256', { extractable: true })
const ec = await generateKeyPair('ES256', { extractable: true })

const claims = {
  iss: 'https://shop.example',
  aud: 'tillgate',
  sub: 'session-1',
  exp: nowSeconds + 60,
  scope: 'payments:read payments:write',
  order_ids: [118],
}

const verifierOf = (key: CallerTokenKey) =>
  createVerifyCallerTokens({
    lifeSecondsMax: 86_400,
    issuer: 'https://shop.example',
    audience: 'tillgate',
    key,
    now: () => nowMs,
  })
const verify = verifierOf({ kind: 'secret', secret })
const callerOf = async (change: JWTPayload = {}) =>
  resultOf(verify(await mint({ ...claims, ...change }, secret)))

describe('a token that the issuer signed', () => {
  test('with the shared secret names its caller', async () => {
    expect(await callerOf()).toEqual({
      principal: JSON.stringify(['https://shop.example', 'session-1']),
      scopes: new Set(['payments:read', 'payments:write']),
      access: { kind: 'orders', orderIds: new Set([118]) },
      customerId: null,
    })
  })

  test('with a private key is verified by the public one: ES256, RS256', async () => {
    for (const [pair, alg] of [
      [ec, 'ES256'],
      [rsa, 'RS256'],
    ] as const) {
      const result = await resultOf(
        verifierOf({ kind: 'public', key: pair.publicKey })(await mint(claims, pair.privateKey, alg)),
      )
      expect(result, alg).toMatchObject({ access: { kind: 'orders' } })
    }
  })

  test('with a published key is verified by the one its kid names', async () => {
    const keys = [
      { ...(await exportJWK(rsa.publicKey)), kid: 'rsa' },
      { ...(await exportJWK(ec.publicKey)), kid: 'ec' },
    ]
    const withSet = verifierOf({ kind: 'set', getKey: createLocalJWKSet({ keys }) })
    const signed = (kid: string) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid }).sign(ec.privateKey)
    expect(await resultOf(withSet(await signed('ec')))).toMatchObject({ customerId: null })
    expect(await resultOf(withSet(await signed('rsa')))).toBe('unauthenticated')
    expect(await resultOf(withSet(await signed('gone')))).toBe('unauthenticated')
  })
})

describe('a token proves nothing', () => {
  test.each([
    ['of another issuer', { iss: 'https://evil.example' }],
    ['without an issuer', { iss: undefined }],
    ['for another audience', { aud: 'another-service' }],
    ['without an audience', { aud: undefined }],
    ['that has expired', { exp: nowSeconds - 6 }],
    ['that never expires', { exp: undefined }],
    ['that is not valid yet', { nbf: nowSeconds + 60 }],
    ['without a subject', { sub: undefined }],
    ['of an empty subject', { sub: '' }],
    ['of a subject too long to keep', { sub: 's'.repeat(256) }],
    ['of a subject that is no name', { sub: {} }],
    ['of a card number as its subject', { sub: 4242424242424242 }],
    ['of a subject that holds a card number', { sub: 'card|4242 4242 4242 4242' }],
    ['of a subject that is no whole number', { sub: 1.5 }],
    ['of a negative customer', { customer_id: -7 }],
    ['of a negative customer as text', { customer_id: '-7' }],
    ['of a customer as hexadecimal text', { customer_id: '0x7' }],
    ['of a customer as text with blanks', { customer_id: ' 7' }],
    ['of a customer that is a fraction', { customer_id: 7.5 }],
    ['of a customer that is a list', { customer_id: [7] }],
    ['of customer true', { customer_id: true }],
    ['of order 0', { order_ids: [0] }],
    ['of order 0 as text', { order_ids: ['0'] }],
    ['of no order in a list', { order_ids: [null] }],
    ['of no checkout in a list', { checkout_ids: [null, null] }],
    ['of more than a hundred orders, some null', { order_ids: Array.from({ length: 101 }, () => null) }],
    ['of a scope that is no text, beside null', { scope: ['payments:read', null, 7] }],
    ['of a customer as a blank', { customer_id: ' ' }],
    ['of an order with leading zeros', { order_ids: ['0118'] }],
    ['of an order as a wordy text', { order_ids: ['order-118'] }],
    ['of more than a hundred orders', { order_ids: Array.from({ length: 101 }, (_, index) => index + 1) }],
    ['of orders that are an object', { order_ids: { 0: 118 } }],
    ['of orders in one text', { order_ids: '118,119' }],
    ['with a scope that is no text', { scope: 7 }],
    ['with a scope that is no text, in scp', { scope: undefined, scp: { read: true } }],
    ['with a scope that is no text, in scp beside scope', { scp: 7 }],
    ['with a scope that is no text, in scope beside scp', { scope: 7, scp: ['payments:read'] }],
  ])('%s', async (_what, change) => {
    expect(await callerOf(change as JWTPayload)).toBe('unauthenticated')
  })

  test.each([
    ['a year', { exp: nowSeconds + 365 * 86_400 }],
    ['a day and a minute', { exp: nowSeconds + 86_460 }],
    ['a day and a minute, most of it gone', { iat: nowSeconds - 86_400, exp: nowSeconds + 60 }],
  ])('that lives for %s', async (_what, change) => {
    expect(await callerOf(change)).toBe('unauthenticated')
  })

  test('a day is not too long', async () => {
    for (const change of [
      { exp: nowSeconds + 86_400 },
      { iat: nowSeconds - 86_000, exp: nowSeconds + 400 },
    ]) {
      expect(await callerOf(change)).toMatchObject({ customerId: null })
    }
  })

  test('a few seconds of clock drift are forgiven', async () => {
    expect(await callerOf({ exp: nowSeconds - 4 })).toMatchObject({ customerId: null })
  })

  test.each([
    ['signed by another secret', mint(claims, secretOf('another secret of 32 bytes or more'))],
    ['with alg none', unsigned(claims, 'none')],
    ['with alg None', unsigned(claims, 'None')],
    ['with its signature cut off', unsigned(claims, 'HS256')],
    ['signed with a private key where a secret is configured', mint(claims, rsa.privateKey, 'RS256')],
    ['of garbage', 'garbage'],
    ['of nothing', ''],
    ['of two parts', 'a.b'],
  ])('%s', async (_what, token) => {
    expect(await resultOf(verify(await token))).toBe('unauthenticated')
  })

  test('with its claims changed after signing', async () => {
    const [header, , signature] = (await mint(claims, secret)).split('.')
    const payload = Buffer.from(JSON.stringify({ ...claims, order_ids: [119] })).toString('base64url')
    expect(await resultOf(verify(`${header}.${payload}.${signature}`))).toBe('unauthenticated')
  })

  test('with HS512 although the secret is the right one: the algorithm is ours to choose', async () => {
    const long = secretOf('s'.repeat(64))
    const token = await mint(claims, long, 'HS512')
    expect(await resultOf(verifierOf({ kind: 'secret', secret: long })(token))).toBe('unauthenticated')
  })

  test('with the public key used as a shared secret', async () => {
    const pem = await exportSPKI(rsa.publicKey)
    for (const alg of ['HS256', 'HS384', 'HS512']) {
      const forged = await mint(claims, secretOf(pem), alg)
      expect(await resultOf(verifierOf({ kind: 'public', key: rsa.publicKey })(forged)), alg).toBe(
        'unauthenticated',
      )
      expect(await resultOf(verifierOf({ kind: 'public', key: createPublicKey(pem) })(forged)), alg).toBe(
        'unauthenticated',
      )
    }
  })
})

const none = { kind: 'orders', orderIds: new Set() }

describe('what a caller may touch', () => {
  test.each([
    ['a customer', { order_ids: undefined, customer_id: 7 }, { kind: 'customer', customerId: 7 }],
    ['named orders narrow a customer', { customer_id: 7 }, { kind: 'orders', orderIds: new Set([118]) }],
    [
      'named orders narrow a server',
      { scope: 'payments:write orders:any' },
      { kind: 'orders', orderIds: new Set([118]) },
    ],
    [
      'a customer narrows a server',
      { order_ids: undefined, customer_id: 7, scope: 'payments:write orders:any' },
      { kind: 'customer', customerId: 7 },
    ],
    ['a server', { order_ids: undefined, scope: 'payments:write orders:any' }, { kind: 'any' }],
    ['no claim is no order', { order_ids: undefined }, { kind: 'orders', orderIds: new Set() }],
    [
      'an empty list is no order, even for a server',
      { order_ids: [], scope: 'orders:any' },
      { kind: 'orders', orderIds: new Set() },
    ],
    [
      'a scope that only looks alike opens nothing',
      { order_ids: undefined, scope: 'orders:anything xorders:any' },
      { kind: 'orders', orderIds: new Set() },
    ],
  ])('%s', async (_what, change, access) => {
    expect(await callerOf(change as JWTPayload)).toMatchObject({ access })
  })

  test.each([
    [
      'a guest beside named orders: null',
      { customer_id: null },
      { kind: 'orders', orderIds: new Set([118]) },
    ],
    ['a guest beside named orders: 0', { customer_id: 0 }, { kind: 'orders', orderIds: new Set([118]) }],
    [
      'a guest beside named orders: 0 as text',
      { customer_id: '0' },
      { kind: 'orders', orderIds: new Set([118]) },
    ],
    [
      'a customer beside a null list',
      { order_ids: null, customer_id: 7 },
      { kind: 'customer', customerId: 7 },
    ],
    ['a customer as text', { order_ids: null, customer_id: '7' }, { kind: 'customer', customerId: 7 }],
    [
      'checkouts, in whatever case',
      { order_ids: null, checkout_ids: ['0A1B', 'c2'] },
      { kind: 'orders', orderIds: new Set(), checkoutIds: new Set(['0a1b', 'c2']) },
    ],
    [
      'one checkout outside a list, beside an order',
      { checkout_ids: 'c2' },
      { kind: 'orders', orderIds: new Set([118]), checkoutIds: new Set(['c2']) },
    ],
    ['orders as texts', { order_ids: ['118', 119] }, { kind: 'orders', orderIds: new Set([118, 119]) }],
    ['one order outside a list', { order_ids: 118 }, { kind: 'orders', orderIds: new Set([118]) }],
    ['one order as text', { order_ids: '118' }, { kind: 'orders', orderIds: new Set([118]) }],
    ['an order beside null', { order_ids: [118, null] }, { kind: 'orders', orderIds: new Set([118]) }],
    [
      'a checkout beside null',
      { order_ids: null, checkout_ids: [null, 'c2'] },
      { kind: 'orders', orderIds: new Set(), checkoutIds: new Set(['c2']) },
    ],
    [
      'an order beside null, which narrows a server',
      { order_ids: [null, 118], scope: 'payments:write orders:any' },
      { kind: 'orders', orderIds: new Set([118]) },
    ],
    ['a guest beside named orders: empty', { customer_id: '' }, { kind: 'orders', orderIds: new Set([118]) }],
    ['a guest alone has no order: empty', { order_ids: undefined, customer_id: '' }, none],
    [
      'an empty customer opens nothing to a server',
      { order_ids: null, customer_id: '', scope: 'payments:write orders:any' },
      none,
    ],
    ['a guest alone has no order: 0', { order_ids: undefined, customer_id: 0 }, none],
    ['a guest alone has no order: null', { order_ids: null, customer_id: null }, none],
    [
      'a guest narrows a server, as any customer does',
      { order_ids: null, customer_id: 0, scope: 'payments:write orders:any' },
      none,
    ],
    [
      'null narrows nothing',
      { order_ids: null, customer_id: null, scope: 'payments:write orders:any' },
      { kind: 'any' },
    ],
  ])('claims as issuers make them: %s', async (_what, change, access) => {
    expect(await callerOf(change as JWTPayload)).toMatchObject({ access })
  })

  test('a guest is no customer, however the issuer writes it', async () => {
    for (const customer_id of [0, '0', null, '']) {
      expect(await callerOf({ customer_id })).toMatchObject({ customerId: null })
    }
  })

  test('a subject may be a number, and is the same one as its text', async () => {
    expect(await callerOf({ sub: 42 as never })).toMatchObject({
      principal: JSON.stringify(['https://shop.example', '42']),
    })
  })

  test('a customer is known as one also where the token names orders', async () => {
    expect(await callerOf({ customer_id: 7 })).toMatchObject({ customerId: 7 })
  })

  test.each([
    ['text', 'payments:read', ['payments:read']],
    ['a list', ['payments:read', 'payments:write'], ['payments:read', 'payments:write']],
    ['nothing', undefined, []],
    ['words of others', 'openid profile', []],
    ['text with two blanks', 'payments:read  payments:write', ['payments:read', 'payments:write']],
    ['null', null, []],
    ['a list with null', ['payments:read', null], ['payments:read']],
  ])('scopes come as %s', async (_what, scope, scopes) => {
    for (const claim of [{ scope }, { scope: undefined, scp: scope }, { scope: null, scp: scope }]) {
      const caller = await callerOf(claim)
      if (typeof caller === 'string') throw new Error(caller)
      expect([...caller.scopes]).toEqual(scopes)
    }
  })

  test.each([
    ['the same ones twice', 'payments:read', ['payments:read'], ['payments:read']],
    ['some in each', 'payments:read', ['payments:write'], ['payments:read', 'payments:write']],
    ['those of others in scope', 'openid profile', ['payments:write'], ['payments:write']],
    ['none in scope', '', 'payments:read', ['payments:read']],
    ['none in a list in scope', [], 'payments:read', ['payments:read']],
    ['none in scp', ['payments:read'], [], ['payments:read']],
  ])('scopes in both claims add up: %s', async (_what, scope, scp, scopes) => {
    const caller = await callerOf({ scope, scp })
    if (typeof caller === 'string') throw new Error(caller)
    expect([...caller.scopes]).toEqual(scopes)
  })

  test('any order opens by either claim, and stays narrowed by what the token names', async () => {
    const both = { scope: 'openid', scp: ['payments:write', 'orders:any'] }
    expect(await callerOf({ ...both, order_ids: undefined })).toMatchObject({ access: { kind: 'any' } })
    expect(await callerOf(both)).toMatchObject({ access: { kind: 'orders', orderIds: new Set([118]) } })
  })
})

describe('why a token is refused', () => {
  const reasonOf = (work: Promise<unknown>) =>
    work.then(
      () => 'none',
      (error) => (error instanceof Problem ? error.options.reason : error),
    )

  test.each([
    ['issuer', { iss: 'https://evil.example' }],
    ['claim_iss', { iss: undefined }],
    ['audience', { aud: 'another-service' }],
    ['audience', { aud: [] }],
    ['claim_aud', { aud: undefined }],
    ['expired', { exp: nowSeconds - 6 }],
    ['claim_exp', { exp: undefined }],
    ['claim_exp', { exp: 'tomorrow' }],
    ['lives_too_long', { exp: nowSeconds + 1e6 }],
    ['not_yet_valid', { nbf: nowSeconds + 60 }],
    ['not_yet_valid', { iat: nowSeconds + 60 }],
    ['claim_iat', { iat: 'now' }],
    ['claim_nbf', { nbf: 'now' }],
    ['claim_sub', { sub: undefined }],
    ['claim_sub', { sub: '' }],
    ['claim_sub', { sub: '4242424242424242' }],
    ['claim_sub', { sub: 's'.repeat(256) }],
    ['claim_customer_id', { customer_id: -7 }],
    ['claim_order_ids', { order_ids: [118, 'x'] }],
    ['claim_scope', { scope: 7 }],
    ['claim_scp', { scope: undefined, scp: 7 }],
  ])('%s: %j', async (reason, change) => {
    expect(await reasonOf(verify(await mint({ ...claims, ...change } as JWTPayload, secret)))).toBe(reason)
  })

  test.each([
    ['signature', mint(claims, secretOf('another secret of 32 bytes or more'))],
    ['algorithm', mint(claims, secretOf('s'.repeat(64)), 'HS512')],
    ['algorithm', unsigned(claims, 'none')],
    ['malformed', 'a.b'],
    ['malformed', 'garbage'],
    ['kind', new SignJWT(claims).setProtectedHeader({ alg: 'HS256', typ: 'logout+jwt' }).sign(secret)],
    ['kind', new SignJWT(claims).setProtectedHeader(JSON.parse('{"alg":"HS256","typ":5}')).sign(secret)],
    ['kind', new SignJWT(claims).setProtectedHeader(JSON.parse('{"alg":"HS256","typ":[]}')).sign(secret)],
  ])('%s', async (reason, token) => {
    expect(await reasonOf(verify(await token))).toBe(reason)
  })

  test.each([{ nbf: null }, { iat: null }, { nbf: null, iat: null, order_ids: null }])(
    'is nothing where a claim is null: %j',
    async (change) => {
      const token = await mint({ ...claims, ...change } as unknown as JWTPayload, secret)
      expect(await resultOf(verify(token))).toMatchObject({ customerId: null })
    },
  )

  test.each([
    ['expired', { nbf: null, exp: nowSeconds - 60 }],
    ['audience', { iat: null, aud: 'https://other.example' }],
    ['claim_exp', { nbf: null, exp: null }],
    ['claim_sub', { nbf: null, sub: null }],
  ])('%s, although another claim is null: %j', async (reason, change) => {
    const token = await mint({ ...claims, ...change } as unknown as JWTPayload, secret)
    expect(await reasonOf(verify(token))).toBe(reason)
  })

  test('signature, although a claim is null', async () => {
    const token = await mint(
      { ...claims, nbf: null } as unknown as JWTPayload,
      secretOf('another secret of 32 bytes or more'),
    )
    expect(await reasonOf(verify(token))).toBe('signature')
  })

  test('scopes are parted by any blanks, and by commas', async () => {
    for (const scope of [
      'payments:read\tpayments:write',
      'payments:read,payments:write',
      'payments:read  payments:write',
    ])
      expect(await callerOf({ scope })).toMatchObject({
        scopes: new Set(['payments:read', 'payments:write']),
      })
  })

  test('a subject says which ones are refused, and not its own', async () => {
    const token = await mint({ ...claims, sub: 'card|4242424242424242' }, secret)
    const error = await verify(token).catch((problem: unknown) => problem)
    const detail = error instanceof Problem ? error.options.detail : ''
    expect(detail).toBe(
      'The claim sub of the caller token is missing, longer than 255 characters or reads as a card number: use another subject.',
    )
  })

  test('an unknown key', async () => {
    const none = verifierOf({ kind: 'set', getKey: createLocalJWKSet({ keys: [] }) })
    expect(await reasonOf(none(await mint(claims, ec.privateKey, 'ES256')))).toBe('unknown_key')
  })
})

test('no two pairs of issuer and subject are one principal', async () => {
  const principalOf = async (issuer: string, sub: string) => {
    const key = { kind: 'secret', secret } as const
    const by = createVerifyCallerTokens({
      lifeSecondsMax: 86_400,
      issuer,
      audience: 'tillgate',
      key,
      now: () => nowMs,
    })
    return (await by(await mint({ ...claims, iss: issuer, sub }, secret))).principal
  }
  expect(await principalOf('a', 'b","c')).not.toBe(await principalOf('a","b', 'c'))
  expect(await principalOf('a', 'b c')).not.toBe(await principalOf('a b', 'c'))
})
