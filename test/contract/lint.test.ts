import { expect, test } from 'vitest'
import { openapiDocument } from '../../scripts/openapi-document.ts'
import { lintOpenapi } from '../../tools/lint-openapi.ts'

const document = JSON.parse(await openapiDocument())

test('Spectral, OWASP and Redocly find nothing but the listed exceptions', async () => {
  const { findings, unused } = await lintOpenapi(document)

  expect(findings).toEqual([])
  expect(unused).toEqual([])
}, 60_000)

test.each([
  ['a string without a maximum length', 'owasp:api4:2023-string-limit'],
  ['an operation without authentication', 'owasp:api2:2023-write-restricted'],
  ['an operation without a description', 'operation-description'],
  ['an example that does not match its schema', 'no-invalid-media-type-examples'],
])('%s would be found', async (_what, rule) => {
  const broken = structuredClone(document)
  const pay = broken.paths['/orders/{id}/pay'].post
  delete broken.components.schemas.CardInstrument.properties.cardholder_name.maxLength
  delete pay.description
  pay.security = []
  pay.requestBody.content['application/json'].examples.card.value.payment.instrument.number = 4242

  expect((await lintOpenapi(broken)).findings.map((finding) => finding.rule)).toContain(rule)
})
