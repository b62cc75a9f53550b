import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { directory } from './site.ts'
import { storedSuite } from './stored-suite.ts'

storedSuite((t) => {
  const path = directory(t)
  return {
    directives: `SessionStore file\nSessionStoreFileName ${path}/%{SESSIONID:0:2}/%{SESSIONID}.session`,
    dump: async () => {
      const files = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.session'))
      return files
        .toSorted()
        .map((name) => `${name} ${readFileSync(join(path, name), 'latin1')}`)
        .join('\n')
    },
  }
})
