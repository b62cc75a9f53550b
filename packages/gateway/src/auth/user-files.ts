import { AuthUserFile, AuthUserFileAllow } from '../config/directives/auth-basic.ts'
import type { SettingsView } from '../config/directive.ts'
import type { Diagnostic } from '../config/diagnostics.ts'
import { AuthFault } from './fault.ts'
import { GroupFile } from './files/group-file.ts'
import { PasswordFile } from './files/password-file.ts'
import type { WatchOptions } from './files/watched-file-node.ts'

/** How files of users and groups are read. */
export interface UserFilesOptions extends WatchOptions {
  /** Is told what is wrong with lines of a password file, once for each change of it. */
  onFindings?(findings: readonly Diagnostic[]): void
}

/** The files of users and groups that a configuration names, each opened once. */
export class UserFiles {
  readonly #options: UserFilesOptions
  readonly #passwords = new Map<string, PasswordFile>()
  readonly #groups = new Map<string, GroupFile>()

  constructor(options: UserFilesOptions = {}) {
    this.#options = options
  }

  /** The password file of a request. @throws AuthFault when none is configured. */
  passwordFile(settings: SettingsView): PasswordFile {
    const path = settings.get(AuthUserFile)
    if (path === undefined)
      throw new AuthFault('configuration', 'AH01619: AuthUserFile not specified in the configuration')
    const allowed = settings.get(AuthUserFileAllow)
    const key = [path, ...allowed].join('\0')
    const known = this.#passwords.get(key)
    if (known !== undefined) return known
    const file = new PasswordFile(path, { ...this.#options, allowed: new Set(allowed) })
    this.#passwords.set(key, file)
    return file
  }

  groupFile(path: string): GroupFile {
    const file = this.#groups.get(path) ?? new GroupFile(path, this.#options)
    this.#groups.set(path, file)
    return file
  }
}
