import { KeyRing } from 'sekisho'

/** What a key of a file is there for. */
export type KeyRole = 'seals' | 'opens' | 'waits'

/** A key of a file, without its secret. */
export interface FileKey {
  /** 8 hexadecimal digits, derived from the secret and no help in finding it. */
  readonly id: string
  /** `seals`: the first one; `waits`: opens already, and is to seal next; `opens`: what it once sealed. */
  readonly role: KeyRole
  /** When it got this role, as far as a comment of the file says so. */
  readonly since: Date | undefined
}

interface Line {
  readonly text: string
  /** Absent in a blank line and in a comment. */
  readonly id?: string
}

const marks: Readonly<Record<Exclude<KeyRole, 'opens'>, string>> = { seals: 'seals since', waits: 'waits since' }

/**
 * The lines of a key file, being changed. Comments stay, and one that is written here says since when a key has its role: that
 * is how the next step of a rotation is known on every machine that the file is copied to.
 */
export class KeyLines {
  readonly #lines: Line[]

  /** @param text What `readKeyFile` has found to be a key file. */
  constructor(text: string) {
    const lines = text.split('\n')
    if (lines.at(-1) === '') lines.pop()
    this.#lines = lines.map(read)
  }

  /** The keys in the order of the file. */
  get keys(): readonly FileKey[] {
    return this.#secrets.map(({ id }, index) => this.#keyOf(id ?? '', index))
  }

  /** Puts a secret behind all others: it opens, and seals nothing yet. @returns Its id. */
  add(secret: string, now: Date): string {
    const line = read(secret)
    this.#lines.push(mark(line.id, 'waits', now), line)
    return line.id ?? ''
  }

  /** Puts the last secret before all others: it seals from now on. @returns Its id. */
  promote(now: Date): string {
    const at = this.#lines.findLastIndex(({ id }) => id !== undefined)
    const [line] = this.#lines.splice(at, 1)
    if (line === undefined) return ''
    this.#forgetMarks()
    this.#lines.splice(
      this.#lines.findIndex(({ id }) => id !== undefined),
      0,
      mark(line.id, 'seals', now),
      line,
    )
    return line.id ?? ''
  }

  /** Leaves the first secret alone. @returns The ids of the others. */
  drop(): string[] {
    const [first, ...others] = this.#secrets
    const gone = new Set(others)
    const kept = this.#lines.filter((line) => line === first || !gone.has(line))
    this.#lines.splice(0, this.#lines.length, ...kept)
    return others.map(({ id }) => id ?? '')
  }

  /** The text of the file. */
  toString(): string {
    return this.#lines.map(({ text }) => `${text}\n`).join('')
  }

  get #secrets(): readonly Line[] {
    return this.#lines.filter(({ id }) => id !== undefined)
  }

  #keyOf(id: string, index: number): FileKey {
    if (index === 0) return { id, role: 'seals', since: this.#since(id, 'seals') }
    const waits = this.#since(id, 'waits')
    return { id, role: waits === undefined ? 'opens' : 'waits', since: waits }
  }

  #since(id: string, role: keyof typeof marks): Date | undefined {
    const beginning = `# ${id} ${marks[role]} `
    const line = this.#lines.find(({ text }) => text.startsWith(beginning))
    const time = new Date(line?.text.slice(beginning.length) ?? '')
    return Number.isNaN(time.getTime()) ? undefined : time
  }

  #forgetMarks(): void {
    const kept = this.#lines.filter(({ text }) => !/^# [0-9a-f]{8} (?:seals|waits) since /.test(text))
    this.#lines.splice(0, this.#lines.length, ...kept)
  }
}

/** The id of a secret's key. */
function read(text: string): Line {
  const secret = text.trim()
  if (secret === '' || secret.startsWith('#')) return { text }
  return { text, id: new KeyRing([secret]).usage()[0]?.keyId ?? '' }
}

function mark(id: string | undefined, role: keyof typeof marks, now: Date): Line {
  return { text: `# ${id} ${marks[role]} ${now.toISOString()}` }
}
