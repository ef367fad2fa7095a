import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startDemo } from '../demo/support/start-demo.ts'
import { compile, newFolder, root, runNode } from '../generated/generate.ts'
import { snippetsOf, writeSnippets } from './snippets.ts'

const client = join(root, 'clients/typescript')
const shown = snippetsOf(join(client, 'README.md'))
const program = shown.filter(({ file }) => file !== '')
const commands =
  shown
    .find(({ language }) => language === 'sh')
    ?.text.trim()
    .split('\n') ?? []

/** Packs the client by the command that is shown. */
function pack(shop: string): void {
  const built = join(client, 'dist')
  if (!existsSync(built)) onTestFinished(() => rmSync(built, { recursive: true, force: true }))
  execFileSync('bash', ['-c', (commands[0] ?? '').replace('../my-shop', shop)], {
    cwd: root,
    stdio: 'ignore',
  })
}

/** Installs the file that the second command names, without asking a registry for what it depends on. */
function install(shop: string): void {
  const [, file = ''] = /npm install \.\/(\S+)$/.exec(commands[1] ?? '') ?? []
  const folder = join(shop, 'node_modules/@tillgate/client')
  mkdirSync(folder, { recursive: true })
  execFileSync('tar', ['-xzf', join(shop, file), '-C', folder, '--strip-components=1'])
  for (const name of Object.keys(
    JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).dependencies,
  )) {
    symlinkSync(join(root, 'node_modules', name), join(shop, 'node_modules', name))
  }
}

test("the client's first call: packed, installed, compiled and run as its page says", async () => {
  const shop = newFolder()
  rmSync(join(shop, 'package.json'))
  pack(shop)
  install(shop)
  writeSnippets(program, shop)
  writeFileSync(join(shop, 'node.d.ts'), 'declare const process: { env: Record<string, string | undefined> }')

  await compile(shop, { preserveSymlinks: true })
  await compile(shop, { preserveSymlinks: true, module: 'nodenext', moduleResolution: 'nodenext' })

  const demo = await startDemo()
  Object.assign(process.env, demo.shellVariables)
  const told = await runNode('--preserve-symlinks', ['first-payment.mts'], shop)
  const toldAgain = await runNode('--preserve-symlinks', ['first-payment.mts'], shop)
  await demo.stop()
  expect(told).toMatch(/^.*Stripe.*\nsuccess 6098 USD\n$/)
  expect(toldAgain).toMatch(/^order_(already_paid|not_payable)\n$/)
  expect(existsSync(join(shop, 'node_modules/@tillgate/client/README.md'))).toBe(true)
})

test.each(['storefront.md', 'react-native.md'])('%s installs the file that is made', (name) => {
  const [first] = snippetsOf(join(root, 'docs/integrate', name))
  const { version } = JSON.parse(readFileSync(join(client, 'package.json'), 'utf8'))

  expect(first?.text).toContain(`npm install ./tillgate-client-${version}.tgz `)
})
