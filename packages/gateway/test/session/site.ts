import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Diagnostic } from '../../src/config/diagnostics.ts'
import { SiteMatcher } from '../../src/config/match.ts'
import type { SessionKeeper, SessionKeepers, SessionNotice } from '../../src/session/contract.ts'
import { type KeeperOptions, sessionKeepers } from '../../src/session/keepers-node.ts'
import { type GatewayState, openState } from '../../src/session/state-node.ts'
import { accepted, requestTo } from '../configs.ts'
import { Browser } from './browser.ts'

/** A directory that goes with the test. */
export function directory(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'sekisho-gateway-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** The state of a gateway of its own. */
export function newState(t: TestContext): GatewayState {
  return openState({ directory: join(directory(t), 'state') })
}

/** What a test has of a site. */
export interface TestSite {
  readonly keepers: SessionKeepers
  readonly notices: readonly SessionNotice[]
  /** The keeper of a path. */
  keeper(path?: string): SessionKeeper
  /** A new visitor in front of that keeper. */
  browser(path?: string): Browser
  close(): Promise<void>
}

/** The keepers of a configuration, closed when the test ends. */
export async function site(t: TestContext, text: string, options: Partial<KeeperOptions> = {}): Promise<TestSite> {
  const config = accepted(text)
  const notices: SessionNotice[] = []
  const state = options.state ?? newState(t)
  const onNotice = (notice: SessionNotice): void => void notices.push(notice)
  const keepers = await sessionKeepers(config.site, { onNotice, ...options, state })
  const matcher = new SiteMatcher(config.site)
  const keeper = (path = '/'): SessionKeeper => {
    const found = keepers.keeper(matcher.match(requestTo(path)).settings)
    if (found === undefined) throw new Error(`sessions are off for ${path}`)
    return found
  }
  let isClosed = false
  const close = async (): Promise<void> => {
    if (!isClosed) await keepers.close()
    isClosed = true
  }
  t.after(close)
  return { keepers, notices, keeper, browser: (path) => new Browser(keeper(path)), close }
}

/** Problems as `line severity message`. */
export function shown(problems: readonly Diagnostic[]): string[] {
  return problems.map(({ line, severity, message }) => `${line} ${severity} ${message}`)
}
