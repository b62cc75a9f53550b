import { Host, type Scenario } from '../scenario.ts'
import { type Making, passing, someSession, surroundings } from './making.ts'
import { someVisit } from './visits.ts'

/** Several virtual hosts, whose names are written in several ways. */
export function hosts(making: Making): Omit<Scenario, 'shape'> {
  const { random, seed, secrets } = making
  const [one, two, three] = [`h${seed}.example`, `i${seed}.example`, `j.i${seed}.example`]
  const hostOf = (name: string, aliases: readonly string[]): Host => {
    const named = `Header set X-Host "${name}"`
    const preserve = `ProxyPreserveHost ${random.pick(['On', 'Off'])}`
    const said = { on: true, env: true, ...someSession(making, 0.4) }
    return new Host(name, [surroundings(making, said, [named, preserve, ...passing(making)])], aliases)
  }
  const all = [
    hostOf(one, [`www.h${seed}.example`, `alias${seed}`]),
    hostOf(two, [`*.i${seed}.example`]),
    hostOf(three, []),
  ]
  const names = [
    one,
    one.toUpperCase(),
    `${one}:8080`,
    `${one}.`,
    `www.${one}`,
    `alias${seed}`,
    two,
    `x.${two}`,
    `x.y.${two}:1`,
    three,
    `J.${two}`,
  ]
  const visits = Array.from({ length: 8 + random.below(6) }, () =>
    someVisit(making, { hosts: names, targets: ['/', '/a', '/a/b?c', '/static/page.html'] }),
  )
  return { seed, secrets, hosts: all, visits }
}
