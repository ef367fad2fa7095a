/** A real Postgres, one for the run. */
const postgres = [
  'test/doctor/database.test.ts',
  'test/routes/{fleet,postgres,waiting-fleet}.test.ts',
  'test/routes/pay-order/card-testing.test.ts',
  'test/stores/{first-payment,migrations,plans,postgres,postgres-*,sqlite}.test.ts',
]

/** What is only told apart from a fault where nothing else is running: how a fleet does at three times its load. */
const alone = ['test/process/fleet-allowance.test.ts']

/** Whole processes, a browser, or thousands of stories. */
const process = [
  'test/canary/{postgres,sqlite}.test.ts',
  'test/chaos/{chaos,parallel}.test.ts',
  'test/demo/*.test.ts',
  'test/desk/*.test.ts',
  'test/docs/*.test.ts',
  'test/examples/*.test.ts',
  'test/fuzz/*.test.ts',
  'test/generated/*.test.ts',
  'test/process/*.test.ts',
  'test/sandbox/{hooks,main}.test.ts',
  'test/simulation/{sabotages,simulation}.test.ts',
  'test/supply-chain/*.test.ts',
]

/** The service, the sandbox or another server behind a port of this machine. */
const http = [
  'test/client/{pay-checkout,pay-order,resume,waiting}.test.ts',
  'test/clients/bigcommerce/{checkouts-api,collect-answer,management-*,payments-api}.test.ts',
  'test/clients/events/send-event.test.ts',
  'test/clients/identity/{published-keys,usable-keys}.test.ts',
  'test/contract/{breaking-changes,collection,described,lint,openapi,operations}.test.ts',
  'test/doctor/*.test.ts',
  'test/metrics/*.test.ts',
  'test/plugins/*.test.ts',
  'test/routes/**/*.test.ts',
  'test/sandbox/*.test.ts',
  'test/security/*.test.ts',
  'test/stores/sqlite-flushes.test.ts',
]

/** Which files a project runs, by what they start: a file is of the first project that includes it. The rest starts nothing. */
export const PROJECTS = { alone, process, postgres, http, unit: ['test/**/*.test.ts'] }
export type ProjectName = keyof typeof PROJECTS

/** The globs of the projects before this one, whose files it leaves to them. */
export const leftBy = (name: ProjectName): string[] => {
  const names = Object.keys(PROJECTS) as ProjectName[]
  return names.slice(0, names.indexOf(name)).flatMap((earlier) => PROJECTS[earlier])
}
