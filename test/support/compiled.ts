import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** For processes of the tests. They start hundreds of times: compiling the same files each time takes half of a start. */
export const compiled = { NODE_COMPILE_CACHE: join(tmpdir(), 'tillgate-test-compiled') }
