import { execFile, spawnSync } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { snippetsOf } from '../docs/snippets.ts'
import { root } from '../generated/generate.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const hasCompiler = spawnSync('kotlinc', ['-version']).status === 0

test('the client of the Android page compiles', async (context) => {
  if (!hasCompiler) return context.skip('kotlinc is not installed (Debian: apt-get install kotlin).')
  const page = snippetsOf(join(root, 'docs/integrate/android.md'))
  const client = page.find(({ file }) => file === 'Tillgate.kt')?.text ?? ''
  expect(await errorsIn(asOldKotlin(client))).toEqual([])

  // The compiler would say so if the client did not fit.
  expect(await errorsIn(asOldKotlin(client.replace('keys.forget(order)', 'keys.lose(order)')))).toEqual([
    'unresolved reference: lose',
  ])
})

/** What the compiler has against the client, between signatures that stand for Android, OkHttp and the serializer. */
async function errorsIn(client: string): Promise<string[]> {
  const folder = temporaryFolder()
  const stubs = join(import.meta.dirname, 'android')
  const source = join(folder, 'Tillgate.kt')
  writeFileSync(source, client)
  const sources = [source, ...readdirSync(stubs).map((file) => join(stubs, file))]
  const { stderr } = await promisify(execFile)('kotlinc', [...sources, '-nowarn', '-d', folder]).catch(
    (failure: { readonly stderr: string }) => failure,
  )
  return [...stderr.matchAll(/: error: (.*)/g)].map(([, error = '']) => error)
}

/**
 * Debian's compiler is Kotlin 1.3. It knows no sealed interface, no data object and no comma at the end of a list, and cannot load the
 * plugin that makes `serializer()`.
 */
function asOldKotlin(client: string): string {
  return client
    .replaceAll('sealed interface', 'interface')
    .replaceAll('data object', 'object')
    .replace(/,(\s*(?:\/\/.*)?\s*\))/g, '$1')
    .replace(
      /^(@Serializable data class (\w+)\(.*\))$/gm,
      '$1 { companion object { fun serializer(): kotlinx.serialization.KSerializer<$2> = TODO() } }',
    )
}
