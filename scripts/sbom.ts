import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { billOfMaterials } from './bill-of-materials.ts'

const { name, version } = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8'))
console.log(JSON.stringify(billOfMaterials(name, version), null, 2))
