/** The configuration cannot be used. Names every wrong variable at once, each in a sentence, none with its value. */
export class InvalidConfiguration extends Error {
  override readonly name = 'InvalidConfiguration'
  readonly sentences: readonly string[]

  constructor(sentences: readonly string[]) {
    super(`The configuration is not valid:\n${sentences.map((sentence) => `  - ${sentence}`).join('\n')}`)
    this.sentences = sentences
  }
}
