/** The service did not answer a question, however often it was asked. Nothing was paid by asking. */
export class TillgateUnreachable extends Error {
  readonly retry = 'same_key'

  constructor(cause: unknown) {
    super('The payments service cannot be reached.', { cause })
    this.name = 'TillgateUnreachable'
  }
}
