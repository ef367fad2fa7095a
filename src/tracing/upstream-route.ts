/** A call on BigCommerce without its ids and its query; null for other hosts, of whose paths nothing is known. */
export function createUpstreamRoute(baseUrls: readonly string[]) {
  const origins = new Set(baseUrls.map((url) => new URL(url).origin))

  return function upstreamRoute(origin: string, pathAndQuery: string): string | null {
    if (!origins.has(origin)) return null
    const [path = ''] = pathAndQuery.split('?')
    return path.replace(/\/stores\/[^/]+/, '/stores/{store_hash}').replace(/\/\d+(?=\/|$)/g, '/{id}')
  }
}
