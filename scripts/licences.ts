import { lockedPackages } from './locked-packages.ts'

/** Lists the licence of every package in the image, for a review. */
for (const { name, version, license } of lockedPackages().filter((one) => one.isProduction)) {
  console.log(`${license.padEnd(20)} ${name} ${version}`)
}
