import { overrideClasses, sections, servers } from '../contexts.ts'
import { type Directive, single } from '../directive.ts'
import { texts } from '../readers.ts'

/** What `.htaccess` files may set: classes of directives, and single ones. */
export const AllowOverride: Directive<ReadonlySet<string>> = single<ReadonlySet<string>>({
  name: 'AllowOverride',
  contexts: sections(),
  takes: 'RAW_ARGS',
  syntax: 'All|None|AuthConfig FileInfo Indexes Limit Options[=…] Nonfatal=…',
  read(use) {
    const result = new Set<string>()
    for (const word of use.words) {
      const [name = ''] = word.text.split('=', 1)
      const found = overrideClasses.find((known) => known.toLowerCase() === name.toLowerCase())
      if (found !== undefined) result.add(found)
      else if (name.toLowerCase() === 'all') for (const known of overrideClasses) result.add(known)
      else if (!['none', 'nonfatal'].includes(name.toLowerCase()))
        return use.fail(
          {
            code: 'bad-value',
            message: `Illegal override option ${word.text}`,
            expected: ['All', 'None', ...overrideClasses].join(', '),
            found: word.text,
          },
          word,
        )
    }
    return result
  },
  initial: new Set(),
  help: 'The classes of directives that .htaccess files below a directory may hold.',
})

export const AllowOverrideList: Directive<readonly string[]> = single<readonly string[]>({
  name: 'AllowOverrideList',
  contexts: sections(),
  takes: 'TAKE_ARGV',
  syntax: 'None|directive …',
  read: ({ words }) => words.map((word) => word.text.toLowerCase()).filter((name) => name !== 'none'),
  initial: [],
  help: 'Single directives that .htaccess files below a directory may hold.',
})

export const AccessFileName: Directive<readonly string[]> = single<readonly string[]>({
  name: 'AccessFileName',
  contexts: servers,
  takes: 'RAW_ARGS',
  syntax: 'name …',
  read: texts,
  initial: ['.htaccess'],
  help: 'What files with the configuration of their own directory are called; the first that exists counts.',
})
