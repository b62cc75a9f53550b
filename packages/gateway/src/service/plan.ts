import { dirname } from 'node:path'
import { Listen } from '../config/directives/core.ts'
import { DBDParams, DBDriver } from '../config/directives/dbd.ts'
import { SessionStoreFileName } from '../config/directives/session.ts'
import { allLayers, type Site } from '../config/layer.ts'
import { logPlaces } from '../server/log/log-places.ts'
import { writtenDirectories } from './unit.ts'

/** The directories that a site writes into: logs, session files, databases in a file. */
export function writesOf(site: Site): string[] {
  const views = allLayers(site).map(({ settings }) => settings)
  const sessions = views.flatMap((settings) => settings.get(SessionStoreFileName) ?? []).map(fixedPart)
  const databases = views.flatMap((settings) =>
    settings.get(DBDriver) === 'sqlite3' ? (settings.get(DBDParams) ?? []) : [],
  )
  const logs = logPlaces(site).flatMap(({ path }) => path ?? [])
  return writtenDirectories([...sessions, ...databases, ...logs])
}

/** Below the part that differs from session to session, directories are made as they are needed. */
function fixedPart(name: string): string {
  const at = name.indexOf('%{')
  return at === -1 ? name : `${dirname(`${name.slice(0, at)}x`)}/x`
}

/** Whether a site listens where only root may by default. */
export function bindsLowPorts(site: Site): boolean {
  return site.main.settings.get(Listen).some(({ port }) => port < 1024)
}
