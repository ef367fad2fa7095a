import { EVENT_TYPES, type EventType } from '../domain/payment-event.ts'
import { payment } from './answer-examples.ts'
import type { OpenApiDocument } from './document.ts'

/** What each event says; shown in the contract and, in other words, in docs/integrate/events.md. */
const SUMMARIES: Readonly<Record<EventType, string>> = {
  'payment.success': 'A payment is paid.',
  'payment.declined': 'A payment was refused, and nothing was charged.',
  'payment.not_charged': 'A payment that was held turned out not to be charged.',
  'payment.needs_review': 'A person must find out what became of a payment.',
  'payment.held': 'A payment has no end yet: its answer was lost, or BigCommerce completes it later.',
  'payment.corrected': 'A payment that was told as not paid has been charged: its charge showed late.',
  'payment.duplicate': 'The order of a payment shows more charges than it should.',
  'payment.voided': 'A payment that was paid was voided at BigCommerce. Its status stays `success`.',
}

const headers = [
  {
    name: 'webhook-id',
    description: 'The id of the event, the same at every try: keep it, to know an event that comes twice.',
    schema: { type: 'string', pattern: '^[A-Za-z0-9_-]+$', maxLength: 255 },
    example: 'evt_0d6d6c1e-6d3f-4c57-9a43-2f6a5d3b8c11_success',
  },
  {
    name: 'webhook-timestamp',
    description:
      'When it was sent, in seconds since the Unix epoch. Refuse what is more than five minutes off.',
    schema: { type: 'string', pattern: '^\\d{1,12}$', maxLength: 12 },
    example: '1795352400',
  },
  {
    name: 'webhook-signature',
    description:
      'One signature or several, with spaces between them: `v1,` and the base64 of an HMAC-SHA256 of id, timestamp and body, with dots between them.',
    schema: {
      type: 'string',
      pattern: '^v1,[A-Za-z0-9+/=]+( v1,[A-Za-z0-9+/=]+)*$',
      maxLength: 255,
    },
    example: 'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=',
  },
].map((header) => ({ in: 'header', required: true, ...header }))

const paidAfterDoubt = { ...payment, previous_status: 'unknown', updated_at: '2026-11-22T13:20:01.200Z' }
const held = {
  held_since: '2026-11-22T13:00:01.200Z',
  why: 'No clear answer to the charge came.',
  next_look_at: '2026-11-22T13:00:03.200Z',
  free_at_latest: '2026-11-22T14:20:01.200Z',
}
/** How the payment stands in each example, where it is not paid after doubt. */
const examples: Readonly<Partial<Record<EventType, object>>> = {
  'payment.declined': { status: 'declined', previous_status: 'processing', bigcommerce_code: 30104 },
  'payment.not_charged': { status: 'not_charged', transaction_type: null, bigcommerce_id: null },
  'payment.needs_review': { status: 'needs_review', transaction_type: null, ...held, free_at_latest: null },
  'payment.held': { status: 'unknown', previous_status: 'processing', transaction_type: null, ...held },
  'payment.corrected': { previous_status: 'not_charged' },
  'payment.duplicate': { previous_status: 'success' },
  'payment.voided': { previous_status: 'success' },
}

/** Adds what is sent to EVENTS_URL: an entry for each type, and the event's schema. */
export function withWebhooks(document: OpenApiDocument): OpenApiDocument {
  const { schemas = {} } = document.components ?? {}
  return {
    ...document,
    webhooks: Object.fromEntries(EVENT_TYPES.map((type) => [type, { post: operationOf(type) }])),
    components: {
      ...document.components,
      schemas: { ...schemas, PaymentEvent: paymentEvent, EventPayment: eventPaymentOf(schemas.Payment) },
    },
  }
}

const operationOf = (type: EventType) => ({
  operationId: `on${type
    .split(/[._]/)
    .map((word) => `${word[0]?.toUpperCase()}${word.slice(1)}`)
    .join('')}`,
  summary: SUMMARIES[type].replace(/\.$/, ''),
  description: `${SUMMARIES[type]} Sent to \`EVENTS_URL\` at least once, signed by Standard Webhooks; order is not promised.`,
  tags: ['events'],
  parameters: headers,
  requestBody: {
    required: true,
    content: {
      'application/json': {
        schema: { $ref: '#/components/schemas/PaymentEvent' },
        examples: {
          event: {
            summary: SUMMARIES[type],
            value: {
              type,
              timestamp: paidAfterDoubt.updated_at,
              data: { ...paidAfterDoubt, ...examples[type] },
            },
          },
        },
      },
    },
  },
  security: [{ eventSignature: [] }],
  responses: {
    '2XX': {
      description: 'Taken. Any 2xx within ten seconds will do; everything else is sent again for three days.',
    },
  },
})

const paymentEvent = {
  type: 'object',
  description: 'Something that became of a payment.',
  properties: {
    type: {
      type: 'string',
      description: `What happened. Pass over types that you do not know: more may come. Today there are ${EVENT_TYPES.map((type) => `\`${type}\``).join(', ')}.`,
      maxLength: 64,
      'x-extensible-enum': EVENT_TYPES,
      examples: ['payment.success'],
    },
    timestamp: {
      type: 'string',
      format: 'date-time',
      description: 'When it happened.',
      maxLength: 24,
      examples: [paidAfterDoubt.updated_at],
    },
    data: { $ref: '#/components/schemas/EventPayment' },
  },
  required: ['type', 'timestamp', 'data'],
}

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, object>>
  readonly required?: readonly string[]
}

/** The payment as it is read everywhere, with the status that it had before. */
function eventPaymentOf(payment: ObjectSchema = {}): object {
  const { properties = {}, required = [] } = payment
  const { status = {}, ...rest } = properties
  return {
    ...payment,
    description: 'The payment as it stood after that, and the status that it had before.',
    properties: {
      status,
      previous_status: { ...status, description: 'Its status before.', examples: ['unknown'] },
      ...rest,
    },
    required: [...required, 'previous_status'],
  }
}
