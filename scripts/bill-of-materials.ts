import { type LockedPackage, lockedPackages } from './locked-packages.ts'

/**
 * What is in the image, as CycloneDX 1.6, from the lock file alone: the same each time, with nothing installed. (`npm sbom
 * --omit dev` is no help: of npm 11 it leaves out whatever the tests need as well, the database driver among it.)
 */
export function billOfMaterials(name: string, version: string): object {
  const component = { type: 'application', 'bom-ref': `${name}@${version}`, name, version }
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { lifecycles: [{ phase: 'pre-build' }], component },
    components: lockedPackages()
      .filter(({ isProduction }) => isProduction)
      .map(componentOf),
  }
}

function componentOf({ name, version, license, integrity }: LockedPackage) {
  const [, group, ownName = name] = /^(?:(@[^/]+)\/)?(.+)$/.exec(name) ?? []
  const purl = `pkg:npm/${group === undefined ? '' : `${encodeURIComponent(group)}/`}${ownName}@${version}`
  return {
    type: 'library',
    'bom-ref': `${name}@${version}`,
    ...(group === undefined ? {} : { group }),
    name: ownName,
    version,
    purl,
    licenses: [license.includes(' ') ? { expression: license } : { license: { id: license } }],
    hashes: [
      {
        alg: 'SHA-512',
        content: Buffer.from(integrity.replace('sha512-', ''), 'base64').toString('hex'),
      },
    ],
  }
}
