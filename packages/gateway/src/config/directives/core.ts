import { anywhere, servers } from '../contexts.ts'
import { ErrorLog, LogLevel } from './logs.ts'
import { AccessFileName, AllowOverride, AllowOverrideList } from './htaccess.ts'
import {
  KeepAlive,
  KeepAliveTimeout,
  LimitRequestBody,
  LimitRequestFields,
  LimitRequestFieldSize,
  LimitRequestLine,
  MaxKeepAliveRequests,
  Timeout,
} from './limits.ts'
import { appended, type Directive, keyed, listed, optional, type Use } from '../directive.ts'
import type { TextNode } from '../expression/ast.ts'
import { expressionIn, path, text } from '../readers.ts'
import type { Word } from '../words.ts'

/** An address to listen on. */
export interface ListenAddress {
  /** Undefined: all addresses. IPv6 without brackets. */
  readonly host: string | undefined
  readonly port: number
  /** Undefined: https on port 443, otherwise http. */
  readonly protocol: 'http' | 'https' | undefined
}

/** Reads `80`, `127.0.0.1:80`, `[::1]:80` or `host:80`. */
export function listenAddress(value: string): { host: string | undefined; port: number } | undefined {
  const match = /^(?:(?:\[([0-9a-f:.%]+)\]|([^\s:[\]]+)):)?(\d{1,5})$/i.exec(value)
  const port = Number(match?.[3])
  if (match === null || port < 1 || port > 65_535) return undefined
  const host = match[1] ?? match[2]
  return { host: host === '*' ? undefined : host, port }
}

export const Listen: Directive<readonly ListenAddress[]> = appended<ListenAddress>({
  name: 'Listen',
  contexts: { server: true, vhost: false, section: false },
  takes: 'TAKE_ARGV',
  syntax: '[address:]port [protocol]',
  read(use) {
    const [first, second, ...more] = use.words
    if (first === undefined || more.length > 0)
      return use.fail({
        code: 'wrong-arguments',
        message: 'Listen requires 1 or 2 arguments.',
        expected: use.syntax,
        found: `${use.words.length} arguments`,
      })
    const address = listenAddress(first.text)
    if (address === undefined)
      return use.fail(
        {
          code: 'bad-value',
          message: 'Port must be specified',
          expected: 'a port from 1 to 65535, perhaps with an address in front: 127.0.0.1:8080',
          found: first.text,
        },
        first,
      )
    if (second === undefined) return { ...address, protocol: undefined }
    const protocol = second.text.toLowerCase()
    if (protocol === 'http' || protocol === 'https') return { ...address, protocol }
    return use.fail(
      {
        code: 'bad-value',
        message: `Listen cannot speak ${second.text}`,
        expected: 'http or https',
        found: second.text,
      },
      second,
    )
  },
  help: 'Where connections are taken, and whether they speak TLS.',
})

/** What a server calls itself. */
export interface ServerNameValue {
  readonly scheme: 'http' | 'https' | undefined
  readonly host: string
  readonly port: number | undefined
}

export const ServerName: Directive<ServerNameValue | undefined> = optional<ServerNameValue>({
  name: 'ServerName',
  contexts: servers,
  takes: 'TAKE1',
  syntax: '[scheme://]host[:port]',
  read(use) {
    const [word] = use.words
    const match = /^(?:(https?):\/\/)?(\[[0-9a-f:.]+\]|[^\s:/[\]]+)(?::(\d{1,5}))?$/i.exec(word?.text ?? '')
    const port = match?.[3] === undefined ? undefined : Number(match[3])
    if (match === null || (port !== undefined && (port < 1 || port > 65_535)))
      return use.fail(
        {
          code: 'bad-value',
          message: `Invalid ServerName "${word?.text ?? ''}" use ServerAlias to set multiple server names.`,
          expected: use.syntax,
          found: word?.text ?? '',
        },
        word,
      )
    return {
      scheme: match[1]?.toLowerCase() as 'http' | 'https' | undefined,
      host: (match[2] ?? '').toLowerCase(),
      port,
    }
  },
  help: 'The name that a server answers to and calls itself by.',
})

export const ServerAlias: Directive<readonly string[]> = listed({
  name: 'ServerAlias',
  contexts: { server: false, vhost: true, section: false },
  takes: 'TAKE_ARGV',
  syntax: 'host …',
  read: ({ words }) => words.map((word) => word.text.toLowerCase()),
  help: 'Further names of a virtual host; * and ? stand for anything.',
})

export const ServerAdmin: Directive<string | undefined> = optional({
  name: 'ServerAdmin',
  contexts: servers,
  takes: 'TAKE1',
  syntax: 'address',
  read: text,
  help: 'Whom visitors may write to; shown on error pages.',
})

export const DocumentRoot: Directive<string | undefined> = optional({
  name: 'DocumentRoot',
  contexts: servers,
  takes: 'TAKE1',
  syntax: 'directory',
  read: path,
  help: 'The directory from which files are served.',
})

/** What an error is answered with: a text, a path of this site, or a URL; undefined: the gateway's own page. */
export type ErrorAnswer = { readonly kind: 'text' | 'location'; readonly value: TextNode } | undefined

export const ErrorDocument: Directive<ReadonlyMap<string, ErrorAnswer>> = keyed<ErrorAnswer>({
  name: 'ErrorDocument',
  contexts: anywhere('FileInfo'),
  takes: 'TAKE2',
  syntax: 'status text|path|url|default',
  read(use) {
    const [status, answer] = use.words
    if (!/^[1-5]\d\d$/.test(status?.text ?? ''))
      return use.fail(
        {
          code: 'bad-value',
          message: `Unsupported HTTP response code ${status?.text ?? ''}`,
          expected: 'a status such as 404',
          found: status?.text ?? 'nothing',
        },
        status,
      )
    if (status === undefined || answer === undefined) return undefined
    return errorAnswer(use, status, answer)
  },
  help: 'What an error is answered with: a text, a page of this site, or a redirect to another.',
})

function errorAnswer(use: Use, status: Word, answer: Word): readonly [string, ErrorAnswer] | undefined {
  if (answer.text.toLowerCase() === 'default') return [status.text, undefined]
  const location = /^(?:\/|[a-z][a-z0-9+.-]*:)/i.test(answer.text)
  if (location && !answer.text.startsWith('/') && status.text === '401') {
    use.warn(
      {
        code: 'odd-value',
        message: 'cannot use a full URL in a 401 ErrorDocument directive: the browser would never be asked to log in',
        expected: 'a path or a text',
        found: answer.text,
        fix: 'write a path of this site; as it stands, the line is ignored',
      },
      answer,
    )
    return undefined
  }
  const value = expressionIn(answer, use)
  return value === undefined ? undefined : [status.text, { kind: location ? 'location' : 'text', value }]
}

export const SetHandler: Directive<string | undefined> = optional({
  name: 'SetHandler',
  contexts: anywhere('FileInfo'),
  takes: 'TAKE1',
  syntax: 'handler',
  read(use) {
    const known = ['form-login-handler', 'form-logout-handler', 'form-redirect-handler', 'none']
    const [word] = use.words
    const name = word?.text.toLowerCase() ?? ''
    if (!known.includes(name))
      use.warn(
        {
          code: 'ignored-directive',
          message: `There is no handler ${word?.text ?? ''} here`,
          expected: known.join(', '),
          found: word?.text ?? '',
          fix: 'pass the path to an app with ProxyPass',
        },
        word,
      )
    return name === 'none' || !known.includes(name) ? undefined : name
  },
  help: 'Gives the path to the login, the logout or the replay of a form.',
})

/** The directives of the core that change what the gateway does. */
export const coreDirectives: readonly Directive[] = [
  Listen,
  ServerName,
  ServerAlias,
  ServerAdmin,
  DocumentRoot,
  ErrorDocument,
  ErrorLog,
  LogLevel,
  SetHandler,
  AllowOverride,
  AllowOverrideList,
  AccessFileName,
  Timeout,
  KeepAlive,
  KeepAliveTimeout,
  MaxKeepAliveRequests,
  LimitRequestLine,
  LimitRequestFieldSize,
  LimitRequestFields,
  LimitRequestBody,
]
