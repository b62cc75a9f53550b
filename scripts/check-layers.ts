/**
 * Imports point one way. Within the library:
 *
 *     errors ← lib ← { transport, codec, crypto, store } ← session ← { adapter, guard } ← index
 *
 * `import type` obeys the same order. The wings (`php`, `apache`, `express-session`) stand on public parts of the core and the
 * core never imports a wing; everything outside of the library uses its public subpaths only. No cycles, no dependencies,
 * and `node:` builtins only in files whose name says so. Test files are free of the order.
 *
 * @module
 */
import { existsSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { findCycles } from './lib/cycles.ts'
import { importsOf } from './lib/imports.ts'
import { entriesOf, find, isTest, repo } from './lib/repo.ts'
import { runAsProgram } from './lib/steps.ts'

const library = 'packages/sekisho'
const below = ['lib', 'errors']
const middle = ['transport', 'codec', 'crypto', 'store']
/** What each layer may import beside itself. An adapter knows one framework, and never a store; a guard works with every adapter. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  lib: ['errors'],
  transport: below,
  codec: below,
  crypto: below,
  store: below,
  session: [...middle, ...below],
  adapter: ['session', 'transport', ...below],
  guard: ['session', 'transport', 'crypto', ...below],
  index: ['adapter', 'guard', 'session', ...middle, ...below],
}
const wings: readonly string[] = ['php', 'apache', 'express-session']
const builtins = new Set(builtinModules)

interface Edge {
  readonly file: string
  readonly specifier: string
  /** The file of this repository that is meant, for a relative import. */
  readonly target: string | undefined
  /** `file:line`. */
  readonly place: string
}

interface Surroundings {
  readonly specifiers: ReadonlySet<string>
  readonly publicFiles: ReadonlySet<string>
}

/** Checks all source files below a top folder. @returns One line per violation, `file:line: what is wrong`. */
export function checkLayers(root: string = repo): string[] {
  const files = find(['packages/*/src/**/*.ts', 'packages/*/test/**/*.ts', 'examples/**/*.ts', 'bench/**/*.ts'], root)
  const entries = entriesOf(library, root)
  const around: Surroundings = {
    specifiers: new Set(entries.map(({ specifier }) => specifier)),
    publicFiles: new Set(entries.map(({ source }) => source)),
  }
  const problems: string[] = []
  const edges = files.flatMap((file) => edgesOf(file, root, problems))
  for (const edge of edges) problems.push(...judge(edge, around, root).map((text) => `${edge.place}: ${text}`))
  return [...problems, ...cycleProblems(edges), ...files.filter(isHomeless).map(homeless)]
}

function edgesOf(file: string, root: string, problems: string[]): Edge[] {
  return importsOf(file, root).flatMap(({ specifier, line }) => {
    const place = `${file}:${line}`
    if (specifier !== undefined) {
      const target = specifier.startsWith('.') ? join(dirname(file), specifier) : undefined
      return [{ file, specifier, target, place }]
    }
    if (inLibrary(file) && !isTest(file)) problems.push(`${place}: a computed import cannot be checked`)
    return []
  })
}

function judge(edge: Edge, around: Surroundings, root: string): string[] {
  if (edge.target !== undefined && !existsSync(join(root, edge.target))) return [`${edge.specifier} does not exist`]
  if (!inLibrary(edge.file)) return judgeUser(edge, around)
  if (isTest(edge.file)) return []
  if (edge.target === undefined) return judgeBare(edge)
  return judgeInside(edge, edge.target, around)
}

function judgeUser(edge: Edge, around: Surroundings): string[] {
  const { file, specifier, target } = edge
  // The bench starts servers like the tests, and records the versions of the drivers that the root has; tests drive a browser too.
  const isTool =
    (isTest(file) && (target?.startsWith('scripts/services') || target === 'scripts/browser.ts')) ||
    (file.startsWith('bench/') && (target?.startsWith('scripts/services') || target === 'package.json'))
  if (target !== undefined && packageOf(target) !== packageOf(file) && !isTool)
    return [`${specifier} reaches into another package: import what it exports`]
  if (standsAbove(file, target)) return [`${specifier} stands above the gateway's configuration language`]
  if (!/^sekisho(\/|$)/.test(specifier) || around.specifiers.has(specifier)) return []
  return [`${specifier} is not a public subpath of sekisho`]
}

/** The gateway's configuration language knows nothing of the gateway: it stands on its own helpers and on public subpaths. */
function standsAbove(file: string, target: string | undefined): boolean {
  const gateway = 'packages/gateway/src/'
  if (!file.startsWith(`${gateway}config/`) || isTest(file) || target === undefined) return false
  return !target.startsWith(`${gateway}config/`) && !target.startsWith(`${gateway}lib/`)
}

function judgeBare({ file, specifier }: Edge): string[] {
  if (!specifier.startsWith('node:') && !builtins.has(specifier))
    return [`${specifier} is a dependency, and the library has none (types included)`]
  if (/node/.test(basename(file))) return []
  return [`${specifier} is a builtin of Node, and the name of this file does not say \`node\``]
}

function judgeInside({ file, specifier }: Edge, target: string, around: Surroundings): string[] {
  if (!inLibrary(target)) return [`${specifier} lies outside of the library's sources`]
  if (isTest(target)) return [`${specifier} is a test file`]
  const [from, to] = [layerOf(file), layerOf(target)]
  if (from === to) return []
  if (wings.includes(from)) {
    const allowed = below.includes(to) || (around.publicFiles.has(target) && !wings.includes(to))
    return allowed ? [] : [`${from} stands on public parts of the core, and ${specifier} is none`]
  }
  if (mayImport[from]?.includes(to) ?? true) return []
  return [`${from} must not import ${to} (${specifier})`]
}

function cycleProblems(edges: readonly Edge[]): string[] {
  const graph = new Map<string, Map<string, string>>()
  for (const { file, target, place } of edges) {
    if (target === undefined || isTest(file)) continue
    const targets = graph.get(file) ?? new Map<string, string>()
    graph.set(file, targets.set(target, targets.get(target) ?? place))
  }
  return findCycles(graph).map((cycle) => {
    const place = graph.get(cycle[0] ?? '')?.get(cycle[1] ?? '') ?? cycle[0] ?? ''
    return `${place}: imports in a circle: ${cycle.join(' → ')}`
  })
}

/** `errors`, `lib`, `store`, …: the first name below the library's sources. */
function layerOf(file: string): string {
  const [first = ''] = file.slice(`${library}/src/`.length).split('/')
  return first.replace(/\.ts$/, '')
}

function isHomeless(file: string): boolean {
  return inLibrary(file) && !isTest(file) && !(layerOf(file) in mayImport) && !wings.includes(layerOf(file))
}

function homeless(file: string): string {
  return `${file}:1: belongs to no layer; they are ${[...Object.keys(mayImport), ...wings].join(', ')}`
}

function inLibrary(file: string): boolean {
  return file.startsWith(`${library}/`) && (file.startsWith(`${library}/src/`) || isTest(file))
}

function packageOf(file: string): string {
  return file
    .split('/')
    .slice(0, file.startsWith('bench/') ? 1 : 2)
    .join('/')
}

if (import.meta.main) await runAsProgram([{ name: 'layers', run: () => checkLayers() }])
