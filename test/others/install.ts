import { join } from 'node:path'
import { installPackages } from '../../tools/install.ts'
import { root } from '../generated/generate.ts'

export const othersFolder = join(root, 'tools/others')

/** The program of a package in `tools/others/package.json`. */
export const program = (path: string) => join(othersFolder, 'node_modules', path)

export const setup = (): void =>
  installPackages({
    folder: othersFolder,
    says: "Installing other people's tools: Prism, pa11y, Lighthouse and two generators. This takes about a minute, once.",
    // Puppeteer would download a browser, and another package reports that it was installed.
    npmArguments: ['--ignore-scripts'],
  })
