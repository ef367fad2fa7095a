/** Whether DATABASE_URL names a server, which several instances share, rather than a file. */
export const isPostgresUrl = (url: string): boolean => /^postgres(ql)?:/.test(url)

/** The path in a `sqlite:` address. The slashes of an empty host do not belong to it (RFC 3986): `sqlite:///data/x.db` is `/data/x.db`. */
export const sqlitePath = (url: string): string => url.replace(/^sqlite:(?:\/\/+(?=\/))?/, '')
