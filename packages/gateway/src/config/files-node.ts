import { readFileSync, readdirSync, statSync } from 'node:fs'

/** The few things that reading a configuration needs of a file system. */
export interface ConfigFiles {
  /** The text of a file, read as UTF-8. Throws when it cannot be read. */
  read(path: string): string
  /** What a path is; undefined when it does not exist or cannot be looked at. */
  kind(path: string): 'file' | 'directory' | undefined
  /** The names in a directory, without `.` and `..`. Throws when it cannot be read. */
  list(path: string): readonly string[]
}

/** The files of this machine. */
export const diskFiles: ConfigFiles = {
  read(path) {
    return readFileSync(path, 'utf8')
  },
  kind(path) {
    try {
      return statSync(path).isDirectory() ? 'directory' : 'file'
    } catch {
      return undefined
    }
  },
  list(path) {
    return readdirSync(path)
  },
}

/** Files in memory, by absolute path; directories exist when a file lies below them. */
export function memoryFiles(texts: Readonly<Record<string, string>>): ConfigFiles {
  const names = Object.keys(texts)
  const below = (path: string) => names.filter((name) => name.startsWith(path.endsWith('/') ? path : `${path}/`))
  return {
    read(path) {
      const text = texts[path]
      if (text === undefined) throw new Error(`no such file: ${path}`)
      return text
    },
    kind(path) {
      if (Object.hasOwn(texts, path)) return 'file'
      return below(path).length > 0 ? 'directory' : undefined
    },
    list(path) {
      const start = path.endsWith('/') ? path.length : path.length + 1
      return [...new Set(below(path).map((name) => name.slice(start).split('/', 1)[0] ?? ''))]
    },
  }
}
