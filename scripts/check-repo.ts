/**
 * What must hold for the repository as a whole: no path of one machine, no host of a package registry, two READMEs that say
 * the same, and a lock file that `npm ci` takes on every platform.
 *
 * @module
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { codeBlocks, headingLevels } from './lib/markdown.ts'
import { repo, repositoryFiles } from './lib/repo.ts'
import { runAsProgram } from './lib/steps.ts'

const readmes = ['README.md', 'README.ja.md'] as const
const required: readonly string[] = [...readmes, 'LICENSE', 'package.json', 'package-lock.json']

/** Patterns are put together here so that this file does not match itself. */
const unwanted: readonly { readonly pattern: RegExp; readonly what: string }[] = [
  {
    pattern: new RegExp(`(?<![\\w.*)\\]}-])/(?:${['work', 'root', 'home'].join('|')})/[a-z]`, 'i'),
    what: 'a path of one machine',
  },
  {
    pattern: new RegExp(`https?://[^/\\s"'\`]*${['registry', '(?:npmjs|yarnpkg)'].join('\\.')}`, 'i'),
    what: 'the host of a registry',
  },
]

/** Checks the files that git has or would take. @returns One line per finding. */
export function checkRepository(root: string = repo, files: readonly string[] = repositoryFiles(root)): string[] {
  return [
    ...files.flatMap((file) => unwantedText(file, root)),
    ...required.filter((file) => !existsSync(join(root, file))).map((file) => `${file}: is missing`),
    ...readmeProblems(root),
    ...lockProblems(root),
  ]
}

interface Lock {
  readonly packages: Readonly<Record<string, { readonly optionalDependencies?: Readonly<Record<string, string>> }>>
}

/**
 * npm leaves out of the lock what the registry of the day did not have, such as a program for another platform, and then
 * `npm ci` refuses that lock.
 */
function lockProblems(root: string): string[] {
  const path = join(root, 'package-lock.json')
  if (!existsSync(path)) return []
  const { packages } = JSON.parse(readFileSync(path, 'utf8')) as Lock
  const known = new Set(
    Object.keys(packages).map((key) => key.slice(key.lastIndexOf('node_modules/') + 'node_modules/'.length)),
  )
  return Object.entries(packages).flatMap(([key, { optionalDependencies = {} }]) => {
    const absent = Object.keys(optionalDependencies).filter((name) => !known.has(name))
    if (absent.length === 0) return []
    return [
      `package-lock.json: ${key} lacks ${absent.length} optional packages, such as ${absent[0]}; choose an older version of it`,
    ]
  })
}

function unwantedText(file: string, root: string): string[] {
  const text = readFileSync(join(root, file), 'utf8')
  if (text.includes('\0')) return []
  return text.split('\n').flatMap((line, index) => {
    const found = unwanted.filter(({ pattern }) => pattern.test(line))
    return found.map(({ what }) => `${file}:${index + 1}: ${what}: ${line.trim().slice(0, 100)}`)
  })
}

function readmeProblems(root: string): string[] {
  if (readmes.some((file) => !existsSync(join(root, file)))) return []
  const [english, japanese] = readmes.map((file) => readFileSync(join(root, file), 'utf8')) as [string, string]
  return [
    ...compared('heading', headingLevels(english), headingLevels(japanese)),
    ...compared('code block', codeBlocks(english), codeBlocks(japanese)),
  ]
}

function compared(what: string, english: readonly string[], japanese: readonly string[]): string[] {
  const [first, second] = readmes
  if (english.length !== japanese.length)
    return [`${second}: has ${japanese.length} ${what}s, and ${first} has ${english.length}`]
  const at = english.findIndex((text, index) => text !== japanese[index])
  if (at < 0) return []
  return [`${second}: ${what} ${at + 1} is not that of ${first}:\n- ${english[at]}\n+ ${japanese[at]}`]
}

if (import.meta.main) await runAsProgram([{ name: 'repository', run: () => checkRepository() }])
