import { configFiles, servers } from '../contexts.ts'
import {
  appended,
  type Directive,
  type DirectiveSpec,
  finish,
  type ModuleTable,
  pushed,
  type Reader,
  single,
  type Use,
} from '../directive.ts'
import { flag, regexIn, wholeNumber } from '../readers.ts'
import type { Word } from '../words.ts'

/** A mapping of a path to an app; outside of sections the path is written first, within `<Location>` it is the section's. */
export interface ProxyRule {
  /** The path prefix; undefined for ProxyPassMatch. */
  readonly path?: string
  /** For ProxyPassMatch. */
  readonly regex?: RegExp
  /** `http://127.0.0.1:3000/`; undefined for `!`: not proxied. */
  readonly target: string | undefined
  /** `timeout=5` and the like, by key. */
  readonly parameters: ReadonlyMap<string, string>
  /** True: a section says it, of which only the last line counts. */
  readonly inSection: boolean
}

const schemes = /^(?:https?|wss?|unix|h2c?):/i
const knownParameters = [
  'timeout',
  'connectiontimeout',
  'keepalive',
  'retry',
  'max',
  'ttl',
  'upgrade',
  'disablereuse',
  'flushpackets',
  'nocanon',
]

function rule(pattern: boolean): Reader<ProxyRule> {
  return (use) => {
    if (outOfPlace(use, pattern ? 'ProxyPassMatch' : 'ProxyPass')) return undefined
    const [first, second] = use.words
    const inSection = use.inSection && !isPath(second)
    const [source, target, rest] = inSection
      ? [undefined, first, use.words.slice(1)]
      : [first, second, use.words.slice(2)]
    if (target === undefined || (use.inSection && !inSection)) return misplaced(use, inSection)
    const parameters = parametersIn(rest, use)
    const checked = targetOf(target, use)
    if (parameters === undefined || checked === undefined) return undefined
    const base = { target: checked === '!' ? undefined : checked, parameters, inSection }
    const subject = source ?? { ...target, text: use.sectionSubject ?? '' }
    if (!pattern) return { ...base, path: subject.text }
    const regex = regexIn(subject, use)
    return regex === undefined ? undefined : { ...base, regex }
  }
}

/** Which app answers is a matter of the path alone: the only sections in which it may be said are those about paths. */
function outOfPlace(use: Use, name: string): boolean {
  if (!use.inSection || /^location/i.test(use.section ?? '')) return false
  const message = `${name} cannot occur within <${use.section ?? ''}> section`
  use.fail({ code: 'wrong-context', message, expected: 'outside of sections, in <VirtualHost> or in <Location>' })
  return true
}

/** In a section, a second word that is no `key=value` is a target, and the first one a path that does not belong there. */
function isPath(second: Word | undefined): boolean {
  return second !== undefined && (schemes.test(second.text) || second.text === '!')
}

function misplaced(use: Use, inSection: boolean): undefined {
  const message = use.inSection
    ? 'ProxyPass|ProxyPassMatch can not have a path when defined in a location.'
    : 'ProxyPass|ProxyPassMatch needs a path when not defined in a location'
  return use.fail({
    code: 'wrong-arguments',
    message,
    expected: inSection ? 'the URL of the app' : 'a path and the URL of the app',
  })
}

function targetOf(word: Word, use: Use): string | undefined {
  const { text } = word
  if (text === '!') return '!'
  const url = text.replace(/^unix:[^|]*\|/i, '').replaceAll(/\$\d/g, '')
  if (/^(?:https?|wss?):\/\//i.test(url) && URL.canParse(url)) return text
  if (/^(?:balancer|fcgi|scgi|uwsgi|ajp|ftp|h2c?):/i.test(text))
    return use.fail(
      {
        code: 'bad-value',
        message: `ProxyPass: ${text.split(':', 1)[0]}:// is not supported`,
        expected: 'http://, https://, ws://, wss:// or unix:path|http://host/',
        found: text,
        fix: 'let the app speak HTTP',
      },
      word,
    )
  return use.fail(
    { code: 'bad-value', message: 'ProxyPass URL must be absolute!', expected: 'http://host:port/', found: text },
    word,
  )
}

function parametersIn(words: readonly Word[], use: Use): Map<string, string> | undefined {
  const parameters = new Map<string, string>()
  for (const word of words) {
    const [key = '', ...value] = word.text.split('=')
    const lower = key.toLowerCase()
    if (value.length === 0 && lower !== 'nocanon' && lower !== 'interpolate' && lower !== 'noquery')
      return use.fail(
        {
          code: 'wrong-arguments',
          message: "Invalid ProxyPass parameter. Parameter must be in the form 'key=value'.",
          expected: 'key=value',
          found: word.text,
        },
        word,
      )
    if (!knownParameters.includes(lower))
      use.warn(
        {
          code: 'ignored-directive',
          message: `The parameter ${key} of ProxyPass is ignored`,
          found: word.text,
          expected: knownParameters.join(', '),
        },
        word,
      )
    parameters.set(lower, value.join('='))
  }
  return parameters
}

/**
 * The rules of a server are asked in their order, those of a virtual host first. A section has one at most, the last one of those
 * that match a request: it is asked before all of them.
 */
function ways(spec: DirectiveSpec<ProxyRule>): Directive<readonly ProxyRule[]> {
  return finish<ProxyRule, readonly ProxyRule[]>(spec, {
    initial: [],
    merging: 'takes the place of those of sections, and stands before those of servers, in',
    add: (line, before) => (line.inSection ? [line] : pushed(before, line)),
    merge: (parent, child) => [
      ...child,
      ...(isOfSection(child) ? parent.filter(({ inSection }) => !inSection) : parent),
    ],
  })
}

function isOfSection(rules: readonly ProxyRule[]): boolean {
  return rules[0]?.inSection === true
}

export const ProxyPass: Directive<readonly ProxyRule[]> = ways({
  name: 'ProxyPass',
  contexts: configFiles,
  takes: 'TAKE_ARGV',
  syntax: '[path] url|! [key=value …]',
  read: rule(false),
  help: 'Passes a path to an app; ! excepts it.',
  notes: 'Outside of sections the first line that fits counts, in a section the last one.',
})

/** Its lines stand among those of {@link ProxyPass}. */
export const ProxyPassMatch: Directive<readonly ProxyRule[]> = ways({
  name: 'ProxyPassMatch',
  among: ProxyPass,
  contexts: configFiles,
  takes: 'TAKE_ARGV',
  syntax: '[regex] url|! [key=value …]',
  read: rule(true),
  help: 'Passes a path to an app; ! excepts it.',
})

/** What is put in the place of an app's own address in its redirects. */
export interface ReverseRule {
  /** The path that the visitor sees; within a section, the section's. */
  readonly path: string
  /** What the app says: a URL or its beginning. */
  readonly target: string
}

/** The first line that fits counts, and those of the server stand before those of sections. */
export const ProxyPassReverse: Directive<readonly ReverseRule[]> = appended<ReverseRule>({
  name: 'ProxyPassReverse',
  contexts: configFiles,
  takes: 'TAKE123',
  syntax: '[path] url [interpolate]',
  read(use) {
    if (outOfPlace(use, 'ProxyPassReverse')) return undefined
    const words = use.words.filter(({ text }) => text.toLowerCase() !== 'interpolate')
    const [first, second] = words
    if (use.inSection)
      return second === undefined && first !== undefined
        ? { path: use.sectionSubject ?? '', target: first.text }
        : reverseMisplaced(use)
    return first !== undefined && second !== undefined
      ? { path: first.text, target: second.text }
      : reverseMisplaced(use)
  },
  help: 'Which addresses in the redirects of an app are made those of this site.',
})

function reverseMisplaced(use: Use): undefined {
  const message = use.inSection
    ? 'ProxyPassReverse can not have a path when defined in a location'
    : 'ProxyPassReverse needs a path when not defined in a location'
  return use.fail({ code: 'wrong-arguments', message, expected: use.inSection ? 'a URL' : 'a path and a URL' })
}

export const ProxyPreserveHost: Directive<boolean> = single({
  name: 'ProxyPreserveHost',
  contexts: configFiles,
  takes: 'FLAG',
  syntax: 'On|Off',
  read: flag,
  initial: false,
  help: 'Whether the app sees the host that the visitor asked for.',
})

export const ProxyTimeout: Directive<number> = single({
  name: 'ProxyTimeout',
  contexts: servers,
  takes: 'TAKE1',
  syntax: 'seconds',
  read: wholeNumber({ least: 1, unit: 'seconds' }),
  initial: 60,
  help: 'How long an app may take.',
})

export const ProxyRequests: Directive<boolean> = single<boolean>({
  name: 'ProxyRequests',
  contexts: servers,
  takes: 'FLAG',
  syntax: 'Off',
  read(use) {
    if (use.words[0]?.text.toLowerCase() === 'off') return false
    return use.fail(
      {
        code: 'refused-directive',
        message: 'ProxyRequests On would make an open forward proxy, which this gateway is not',
        expected: 'Off',
        found: 'On',
        fix: 'remove the line; ProxyPass works without it',
      },
      use.words[0],
    )
  },
  initial: false,
  help: 'Off, always: a gateway is no forward proxy.',
})

export const proxyModule: ModuleTable = {
  file: 'mod_proxy.c',
  id: 'proxy_module',
  help: 'The apps behind the gateway.',
  directives: [ProxyPass, ProxyPassMatch, ProxyPassReverse, ProxyPreserveHost, ProxyTimeout, ProxyRequests],
}
