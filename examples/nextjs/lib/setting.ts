import 'server-only'

/** A variable of the shop's server. None of them begins with NEXT_PUBLIC_, so that none reaches a browser. */
export function setting(name: string): string {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set: see the README of this example.`)
  return value
}
