/** Whether DATABASE_URL names a server, which several instances share, rather than a file. */
export const isPostgresUrl = (url: string): boolean => /^postgres(ql)?:/.test(url)

/** The path in a `sqlite:` address. */
export const sqlitePath = (url: string): string => url.replace(/^sqlite:/, '')
