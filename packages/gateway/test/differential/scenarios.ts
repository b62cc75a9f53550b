import { Random } from './random.ts'
import type { Scenario } from './scenario.ts'
import type { Places } from './servers.ts'
import { type Making, makingOf, usersOf } from './shapes/making.ts'
import { basic } from './shapes/basic.ts'
import { errors } from './shapes/errors.ts'
import { headers } from './shapes/headers.ts'
import { hosts } from './shapes/hosts.ts'
import { large } from './shapes/large.ts'
import { logins } from './shapes/logins.ts'
import { proxies } from './shapes/proxies.ts'
import { proxying } from './shapes/proxying.ts'
import { sections } from './shapes/sections.ts'

const shapes: Readonly<Record<string, (making: Making) => Omit<Scenario, 'shape'>>> = {
  sections,
  basic,
  logins,
  headers,
  errors,
  proxying,
  hosts,
  proxies,
  large,
}

/** The scenario of a seed: one configuration, and one sequence of visits. */
export function scenarioOf(seed: number, places: Places): Scenario {
  const random = new Random(seed)
  const shape = random.pick(Object.keys(shapes))
  const make = shapes[shape] as (making: Making) => Omit<Scenario, 'shape'>
  return { shape, ...make(makingOf(seed, random, places)) }
}

/** What both servers find in their folder, for the scenarios of some seeds. */
export function filesFor(seeds: readonly number[]): Record<string, string> {
  const names = seeds.flatMap(usersOf)
  const staff = seeds.flatMap((seed) => usersOf(seed).slice(1))
  return {
    users: names.map((name) => `${name}:{SHA}GpHWL3ymc5liWkNopqtdSjuqYHM=\n`).join(''),
    groups: `staff: ${staff.map((name) => `"${name}"`).join(' ')}\n`,
    'htdocs/index.html': 'the index',
    'htdocs/login.html': 'please log in',
    'htdocs/static/page.html': 'a page',
    'htdocs/static/note.txt': 'a note',
    'htdocs/static/d/index.html': 'the index of a folder',
  }
}
