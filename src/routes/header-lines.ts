/** The values of a header, one for each line it came in: `request.headers` has joined or dropped all but one. */
export function headerLines(rawHeaders: readonly string[], name: string): string[] {
  return rawHeaders.filter(
    (_value, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name,
  )
}
