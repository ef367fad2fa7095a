import { expect, test } from 'vitest'
import { openapiDocument } from '../../scripts/openapi-document.ts'
import { lintOpenapi } from '../../tools/lint-openapi.ts'

const document = JSON.parse(await openapiDocument())

test('no rule of Spectral, of OWASP or of Redocly finds anything but what has its reason', async () => {
  const { findings, unused } = await lintOpenapi(document)

  expect(findings).toEqual([])
  expect(unused).toEqual([])
})

test.each([
  ['a string that callers may make as long as they like', 'owasp:api4:2023-string-limit'],
  ['an operation that anyone may call', 'owasp:api2:2023-write-restricted'],
  ['an operation that says nothing of itself', 'operation-description'],
  ['an example that is none', 'no-invalid-media-type-examples'],
])('%s would be found', async (_what, rule) => {
  const broken = structuredClone(document)
  const pay = broken.paths['/orders/{id}/pay'].post
  delete broken.components.schemas.CardInstrument.properties.cardholder_name.maxLength
  delete pay.description
  pay.security = []
  pay.requestBody.content['application/json'].examples.card.value.payment.instrument.number = 4242

  expect((await lintOpenapi(broken)).findings.map((finding) => finding.rule)).toContain(rule)
})
