import { brief } from './compare.ts'
import { play, type Disagreement } from './play.ts'
import type { Scenario, Visit } from './scenario.ts'
import type { BothServers } from './servers.ts'

/** Says how to see a disagreement again: the configuration, and as few visits as show it. */
export async function report(scenario: Scenario, found: Disagreement, servers: BothServers): Promise<string> {
  const least = await shrunk({ ...scenario, visits: scenario.visits.slice(0, found.index + 1) }, found, servers)
  const visits = least.scenario.visits.map((visit) => `  ${shown(visit)}`)
  return [
    `SEKISHO_DIFFERENTIAL_SEED=${scenario.seed} (${scenario.shape})`,
    ...scenario.hosts.map((host) => host.text),
    `visits:`,
    ...visits,
    `in the last of them:`,
    ...least.found.lines.map((line) => `  ${line}`),
  ].join('\n')
}

interface Failing {
  readonly scenario: Scenario
  readonly found: Disagreement
}

/** Leaves out visits as long as the servers disagree. */
async function shrunk(scenario: Scenario, found: Disagreement, servers: BothServers): Promise<Failing> {
  let least: Failing = { scenario, found }
  for (let at = scenario.visits.length - 2; at >= 0; at -= 1) {
    const visits = least.scenario.visits.filter((_, place) => place !== at)
    const fewer = { ...least.scenario, visits }
    const again = await play(fewer, servers, new Map())
    if (again !== undefined) least = { scenario: { ...fewer, visits: visits.slice(0, again.index + 1) }, found: again }
  }
  return least
}

function shown({ spelling, ...visit }: Visit): string {
  const pieces = [...spelling.before, '<session>', ...spelling.after].join(spelling.separator)
  return JSON.stringify({ ...visit, cookies: pieces }, (_, value: unknown) => brief(value))
}
