import fc from 'fast-check'

const surrogates = { first: 0xd800, count: 0x800 }
const characters = 0x110000 - surrogates.count

/**
 * Any text of any characters, every other one of them ASCII. The unit `binary` of fast-check means the same, but makes a table
 * of all characters first: more than a second of a core, in each worker of a run.
 */
export const anyText = fc.string({
  unit: fc
    .oneof(fc.nat(0x7f), fc.nat(characters - 1))
    .map((number) => String.fromCodePoint(number < surrogates.first ? number : number + surrogates.count)),
})
