import { type Answer, redirection, refusal } from './answer.ts'
import type { Exchange } from './exchange.ts'
import { encodePath } from './request-target.ts'
import { findFile } from './static/find.ts'
import { serveFile } from './static/serve.ts'

/** What a path below the DocumentRoot is answered with: a file, or the way to the index of a directory. */
export type FileOutcome = Answer | { readonly index: string }

/** Answers with what the path leads to. */
export async function answerWithFile(exchange: Exchange): Promise<FileOutcome> {
  const { found, path, query, plan, client } = exchange
  switch (found?.kind) {
    case 'file':
      return serveFile({
        path: found.path,
        name: path,
        method: exchange.method,
        unconditional: exchange.error !== undefined,
        header: (name) => exchange.header(name),
      })
    case 'directory':
      if (path.endsWith('/')) return indexOf(exchange)
      return redirection(301, `${encodePath(path)}/${query === undefined ? '' : `?${query}`}`)
    case 'forbidden':
      plan.log.write({ level: 'error', module: 'core', message: `access denied: ${found.reason}`, client })
      return refusal(403)
    default:
      plan.log.write({ level: 'info', module: 'core', message: `AH00128: File does not exist: ${path}`, client })
      return refusal(404)
  }
}

/** The first name of DirectoryIndex that is there. Without one the directory is not shown. */
async function indexOf({ plan, path, query, documentRoot = '/', client }: Exchange): Promise<FileOutcome> {
  for (const name of plan.directoryIndex) {
    if (name.toLowerCase() === 'disabled' && plan.directoryIndex.length === 1) break
    const index = name.startsWith('/') ? name : `${path}${name}`
    if ((await findFile(documentRoot, index)).kind === 'file')
      return { index: `${encodePath(index)}${query === undefined ? '' : `?${query}`}` }
  }
  plan.log.write({ level: 'error', module: 'dir', message: `AH01276: no index in the directory ${path}`, client })
  return refusal(403)
}
