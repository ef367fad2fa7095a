import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Where package.json lies: one folder up from src/, and from the files of dist/ that this one becomes part of. */
export const packageFolder: string = join(import.meta.dirname, '..')

/** The version in package.json. */
export const version: string = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')).version
