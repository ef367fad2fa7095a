import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export interface CollectedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  /** 2: of a request taken, 3: of a call made. */
  readonly kind: number
  readonly attributes: Readonly<Record<string, string | number>>
}

export interface TraceCollector {
  readonly endpoint: string
  readonly spans: CollectedSpan[]
  /** Everything that was received, as it came. */
  readonly bytes: () => string
}

interface OtlpAttribute {
  readonly key: string
  readonly value: { readonly stringValue?: string; readonly intValue?: number }
}
interface OtlpSpan extends Omit<CollectedSpan, 'attributes'> {
  readonly attributes: readonly OtlpAttribute[]
}
interface OtlpBody {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[]
  }[]
}

/** Takes traces as a collector does: OTLP over HTTP, in JSON. */
export async function startTraceCollector(): Promise<TraceCollector> {
  const bodies: string[] = []
  const spans: CollectedSpan[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks).toString('utf8')
    bodies.push(JSON.stringify(request.headers), body)
    for (const { scopeSpans } of (JSON.parse(body) as OtlpBody).resourceSpans) {
      for (const span of scopeSpans.flatMap((scope) => scope.spans)) {
        spans.push({ ...span, attributes: asRecord(span.attributes) })
      }
    }
    response.setHeader('content-type', 'application/json').end('{}')
  })
  onTestFinished(() => void server.close())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return { endpoint: `http://127.0.0.1:${port}`, spans, bytes: () => bodies.join('\n') }
}

const asRecord = (attributes: readonly OtlpAttribute[]) =>
  Object.fromEntries(
    attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue ?? 'of another type']),
  )
