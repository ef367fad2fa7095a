/** The service did not answer a read, after several tries. Reading pays nothing. */
export class TillgateUnreachable extends Error {
  readonly retry = 'same_key'

  constructor(cause: unknown) {
    super('The payments service cannot be reached.', { cause })
    this.name = 'TillgateUnreachable'
  }
}
