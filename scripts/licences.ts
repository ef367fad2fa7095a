import { lockedPackages } from './locked-packages.ts'

/** Lists the licence of every package that is in the image, for who has to answer for them. */
for (const { name, version, license } of lockedPackages().filter((one) => one.isProduction)) {
  console.log(`${license.padEnd(20)} ${name} ${version}`)
}
