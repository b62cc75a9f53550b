/**
 * The pages of `docs/reference/`, made from the table of errors, from the TSDoc of the options, and from the definitions of the
 * directives and of the commands.
 *
 * @module
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript-api'
import { program as commandLine, version } from '../packages/gateway/src/command/program.ts'
import { manPage } from '../packages/gateway/src/command/reference/man.ts'
import { commandReference } from '../packages/gateway/src/command/reference/markdown.ts'
import { describe } from '../packages/gateway/src/command/reference/model.ts'
import { openTerminal } from '../packages/gateway/src/command/terminal/open.ts'
import { directiveReference } from '../packages/gateway/src/config/reference.ts'
import { doctorReference } from '../packages/gateway/src/doctor/reference.ts'
import { errorTable } from '../packages/sekisho/src/errors.ts'
import type { Files } from './lib/generated.ts'
import { cell, table } from './lib/markdown.ts'
import { exportsOf, programOf } from './lib/program.ts'
import { phpDirectivePage } from './php-reference.ts'
import { type Entry, entriesOf, missingEntries, repo } from './lib/repo.ts'

const note = '<!-- Made by `npm run generate` from the sources. Edit those. -->'

/** All pages by file. Throws when an entry of the package has no source. */
export function referenceFiles(): Files {
  const entries = entriesOf('packages/sekisho')
  const missing = missingEntries(entries)
  if (missing.length > 0) throw new Error(missing.join('\n'))
  const commands = describe(commandLine(openTerminal()))
  return new Map([
    ['docs/reference/commands.md', `${note}\n\n${commandReference(commands)}`],
    ['docs/reference/sekisho.1', manPage(commands, version())],
    ['docs/reference/directives.md', `${note}\n\n${directiveReference()}`],
    ['docs/reference/doctor.md', `${note}\n\n${doctorReference()}`],
    ['docs/reference/errors.md', errorPage()],
    ['docs/reference/options.md', optionPage(entries)],
    ['docs/reference/php-directives.md', `${note}\n\n${phpDirectivePage()}`],
  ])
}

function errorPage(): string {
  const rows = Object.entries(errorTable).map(([code, { status, meaning, fix }]) => [
    `\`${code}\``,
    status === undefined ? '–' : String(status),
    cell(meaning),
    cell(fix),
  ])
  return `${note}

# Errors

Every error of Sekisho has a stable \`code\`. Mistakes of the calling code are \`TypeError\`s (\`SekishoUsageError\`),
everything else is a \`SekishoError\`; \`cause\` holds the error that led to it. The status is what an adapter answers with.

${table(['Code', 'Status', 'Meaning', 'What to do'], rows)}
`
}

interface OptionsType {
  readonly name: string
  readonly specifiers: string[]
  readonly symbol: ts.Symbol
}

/** The page of all exported `*Options`, in the order of the package's entries. */
export function optionPage(entries: readonly Entry[], root: string = repo): string {
  const present = entries.filter(({ source }) => existsSync(join(root, source)))
  const program = programOf(
    present.map(({ source }) => source),
    root,
  )
  const found = new Map<ts.Symbol, OptionsType>()
  for (const { specifier, source } of present)
    for (const symbol of exportsOf(program, join(root, source))) {
      if (!symbol.name.endsWith('Options') || !(symbol.flags & ts.SymbolFlags.Interface)) continue
      const known = found.get(symbol) ?? { name: symbol.name, specifiers: [], symbol }
      known.specifiers.push(specifier)
      found.set(symbol, known)
    }
  const sections = [...found.values()].map((type) => section(type, program.getTypeChecker()))
  return `${note}\n\n# Options\n\n${sections.join('\n\n')}\n`
}

function section({ name, specifiers, symbol }: OptionsType, checker: ts.TypeChecker): string {
  const properties = checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(symbol))
  const rows = properties.flatMap((property) => optionRows(property, '', checker))
  const from = specifiers.map((specifier) => `\`${specifier}\``).join(', ')
  const parts = [
    `## ${name}`,
    `From ${from}.`,
    textOf(symbol, checker),
    table(['Option', 'Type', 'Default', 'Meaning'], rows),
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}

/** One row; an option whose type is written out in braces is followed by a row for each of its members. */
function optionRows(property: ts.Symbol, prefix: string, checker: ts.TypeChecker): string[][] {
  const declaration = property.valueDeclaration
  if (declaration === undefined) return []
  const name = prefix + property.name
  const type = (declaration as ts.PropertySignature).type
  const members = type !== undefined && ts.isTypeLiteralNode(type) ? membersOf(type, checker) : []
  const shape = members.length > 0 ? 'object' : typeText(declaration)
  const { text, fallback } = splitDefault(textOf(property, checker))
  const optional = (property.flags & ts.SymbolFlags.Optional) !== 0
  const row = [`\`${name}\``, `\`${cell(shape)}\``, cell(fallback ?? (optional ? '–' : 'required')), cell(text)]
  return [row, ...members.flatMap((member) => optionRows(member, `${name}.`, checker))]
}

function membersOf(type: ts.TypeLiteralNode, checker: ts.TypeChecker): ts.Symbol[] {
  return checker.getPropertiesOfType(checker.getTypeFromTypeNode(type))
}

function typeText(declaration: ts.Declaration): string {
  if (ts.isMethodSignature(declaration)) {
    const parameters = declaration.parameters.map((parameter) => parameter.getText()).join(', ')
    return oneLine(`(${parameters}) => ${declaration.type?.getText() ?? 'void'}`)
  }
  return oneLine((declaration as ts.PropertySignature).type?.getText() ?? 'unknown')
}

function textOf(symbol: ts.Symbol, checker: ts.TypeChecker): string {
  const text = ts.displayPartsToString(symbol.getDocumentationComment(checker))
  return oneLine(text.replaceAll(/\{@link\s+([^}|\s]+)[^}]*\}/g, '`$1`'))
}

/** Takes `(default …)` out of a text: `Seconds (default 30).` is `Seconds.` and `30`. */
function splitDefault(text: string): { text: string; fallback: string | undefined } {
  const match = /\s*\(default:?\s+((?:[^()]|\([^()]*\))*)\)/.exec(text)
  if (match === null) return { text, fallback: undefined }
  return { text: text.slice(0, match.index) + text.slice(match.index + match[0].length), fallback: match[1] }
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}
