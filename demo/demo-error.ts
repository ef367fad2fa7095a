/** Something that the one who started the demo can mend: shown as a sentence, without a stack. */
export class DemoError extends Error {}
