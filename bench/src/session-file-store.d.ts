declare module 'session-file-store' {
  import type session from 'express-session'

  interface FileStoreOptions {
    readonly path?: string
    readonly ttl?: number
    readonly reapInterval?: number
    readonly logFn?: (message: string) => void
  }

  function fileStore(module: typeof session): new (options: FileStoreOptions) => session.Store
  export = fileStore
}
