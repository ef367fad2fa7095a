import { existsSync } from 'node:fs'

// Not by node's --env-file-if-exists, which says on stderr that there is none. That is no news.
if (existsSync('.env')) process.loadEnvFile('.env')
