import type { OpenApiDocument } from './document.ts'

interface InstrumentUnion {
  readonly oneOf: readonly { readonly $ref: string }[]
  readonly discriminator: {
    readonly propertyName: string
    readonly mapping: Readonly<Record<string, string>>
  }
}

/** Removes instruments that this instance does not accept, so that no client is built for them. */
export function withInstruments(document: OpenApiDocument, taken: ReadonlySet<string>): OpenApiDocument {
  const schemas = document.components?.schemas ?? {}
  const { oneOf, discriminator, ...rest } = schemas.PaymentInstrument as InstrumentUnion
  const mapping = Object.fromEntries(
    Object.entries(discriminator.mapping).filter(([type]) => taken.has(type)),
  )
  const refs = new Set(Object.values(mapping))
  const refused = new Set(
    Object.values(discriminator.mapping)
      .filter((ref) => !refs.has(ref))
      .map((ref) => ref.replace('#/components/schemas/', '')),
  )
  return {
    ...document,
    components: {
      ...document.components,
      schemas: {
        ...Object.fromEntries(Object.entries(schemas).filter(([name]) => !refused.has(name))),
        PaymentInstrument: {
          ...rest,
          oneOf: oneOf.filter(({ $ref }) => refs.has($ref)),
          discriminator: { ...discriminator, mapping },
        },
      },
    },
  }
}
