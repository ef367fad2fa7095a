import { type LockedPackage, lockedPackages } from './locked-packages.ts'

/**
 * Lists the packages in the image as CycloneDX 1.6. It reads only the lock file, so nothing needs to be installed and the
 * result is the same each time. `npm sbom --omit dev` of npm 11 leaves out packages that tests need too.
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
