import { type Contract, clientOperations, type Example, type PlacedOperation } from './contract.ts'

/** The text of a collection for Postman (v2.1, which Bruno and Insomnia import too), made from the contract. */
export function postmanCollection(contract: Contract): string {
  const collection = {
    info: {
      name: contract.info.title,
      description: about,
      version: contract.info.version,
      schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json',
    },
    auth: { type: 'bearer', bearer: [{ key: 'token', value: '{{caller_token}}', type: 'string' }] },
    variable: [
      { key: 'base_url', value: 'http://127.0.0.1:8081' },
      { key: 'caller_token', value: '' },
      { key: 'order_id', value: '215' },
      { key: 'checkout_id', value: '' },
      { key: 'payment_id', value: '' },
      { key: 'idempotency_key', value: '' },
    ],
    item: clientOperations(contract).map(itemsOf),
  }
  return `${JSON.stringify(collection, null, 2)}\n`
}

const about = [
  'Generated from openapi/openapi.json. Set `base_url` and `caller_token`: `npm run demo` prints both.',
  'Each request that pays makes a new Idempotency-Key, for a new payment. "The same again" sends the last one once more, as',
  'you would after a lost answer.',
].join('\n')

/** A request for an operation; where it has example bodies, a folder with one for each. */
function itemsOf(operation: PlacedOperation): object {
  const examples = Object.entries(operation.requestBody?.content['application/json']?.examples ?? {})
  const [first] = examples
  if (!first) return requestOf(operation, operation.summary, null)
  return {
    name: operation.summary,
    description: operation.description ?? '',
    item: [
      ...examples.map(([name, example]) =>
        requestOf(operation, example.summary ?? name, example, takesNewKey),
      ),
      requestOf(operation, 'The same again, with the same key', first[1]),
    ],
  }
}

/** Runs in Postman before the request is sent. */
const takesNewKey = "pm.collectionVariables.set('idempotency_key', pm.variables.replaceIn('{{$guid}}'))"
/** Keeps the payment's id, for the requests that read it. */
const keepsPayment = [
  'const body = pm.response.json()',
  "if (body.data && body.data.id) pm.collectionVariables.set('payment_id', body.data.id)",
]

function requestOf(
  operation: PlacedOperation,
  name: string,
  example: Example | null,
  script?: string,
): object {
  const { method, path, description = '', parameters = [] } = operation
  const needsKey = parameters.some((each) => each.name === 'Idempotency-Key')
  return {
    name,
    ...(needsKey
      ? { event: [...(script ? [listen('prerequest', [script])] : []), listen('test', keepsPayment)] }
      : {}),
    request: {
      method,
      description,
      header: [
        { key: 'Accept', value: 'application/json' },
        ...(needsKey ? [{ key: 'Idempotency-Key', value: '{{idempotency_key}}' }] : []),
        ...(example ? [{ key: 'Content-Type', value: 'application/json' }] : []),
      ],
      url: urlOf(path),
      ...(example
        ? {
            body: {
              mode: 'raw',
              raw: JSON.stringify(example.value, null, 2),
              options: { raw: { language: 'json' } },
            },
          }
        : {}),
    },
  }
}

const listen = (event: string, exec: readonly string[]) => ({
  listen: event,
  script: { type: 'text/javascript', exec },
})

function urlOf(path: string): object {
  const parts = path
    .slice(1)
    .split('/')
    .map((part, index, all) =>
      part.replace(/^\{(\w+)\}$/, (_, name: string) => variableOf(name, all[index - 1])),
    )
  return { raw: `{{base_url}}/${parts.join('/')}`, host: ['{{base_url}}'], path: parts }
}

/** `id` is that of the thing before it in the path. */
const variableOf = (name: string, before = ''): string =>
  `{{${(name === 'id' ? `${before.replace(/s$/, '')}Id` : name).replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}}}`
