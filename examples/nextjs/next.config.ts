import type { NextConfig } from 'next'

const config: NextConfig = {
  poweredByHeader: false,
  // The example has a lock file of its own, inside a repository that has another.
  turbopack: { root: import.meta.dirname },
}

export default config
