/**
 * Looks on while a form with files (RFC 7578) goes by: the names, the values of its fields, and how far its files are. Nothing is
 * kept of the files.
 *
 * @module
 */

/** What is seen, in the order of the body. */
export interface FormEvents {
  /** A field that is no file, whole. */
  field(name: string, value: string): void
  /** A file begins. */
  fileStart(field: string, filename: string): void
  /** So many octets of the file have gone by. */
  fileData(length: number): void
  /** The file is over. */
  fileEnd(): void
}

/** The longest head of a part, and the longest value of a field, that are looked at. */
const mostOctets = 16_384

type Part = { readonly name: string; readonly isFile: boolean; text: string } | undefined

/** Divides a body that comes in pieces. */
export class FormWatcher {
  readonly #events: FormEvents
  readonly #delimiter: string
  /** What has come and is not decided, one character for each octet. */
  #pending = '\r\n'
  #state: 'preamble' | 'head' | 'body' | 'over' = 'preamble'
  #part: Part

  /**
   * @param boundary The parameter of the body's media type.
   * @param events Is told.
   */
  constructor(boundary: string, events: FormEvents) {
    this.#delimiter = `\r\n--${boundary}`
    this.#events = events
  }

  /** The next octets of the body. */
  push(chunk: Uint8Array): void {
    if (this.#state === 'over') return
    this.#pending += Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1')
    while (this.#step());
    if (this.#state === 'head' && this.#pending.length > mostOctets) this.#state = 'over'
  }

  /** @returns Whether something was decided, so that there may be more. */
  #step(): boolean {
    if (this.#state === 'head') return this.#readHead()
    if (this.#state === 'over') return false
    const at = this.#pending.indexOf(this.#delimiter)
    // Enough stays back to know a delimiter that comes in two pieces, and what follows it.
    const length = at < 0 ? Math.max(this.#pending.length - this.#delimiter.length + 1, 0) : at
    this.#pass(length)
    const after = this.#pending.slice(this.#delimiter.length)
    if (at < 0 || after.length < 2) return false
    this.#endPart()
    this.#pending = after
    this.#state = after.startsWith('--') ? 'over' : 'head'
    return true
  }

  #pass(length: number): void {
    if (length === 0) return
    const text = this.#pending.slice(0, length)
    this.#pending = this.#pending.slice(length)
    if (this.#part === undefined) return
    if (this.#part.isFile) this.#events.fileData(length)
    else if (this.#part.text.length < mostOctets) this.#part.text += text
  }

  #endPart(): void {
    const part = this.#part
    this.#part = undefined
    if (part === undefined) return
    if (part.isFile) this.#events.fileEnd()
    else this.#events.field(part.name, textOf(part.text))
  }

  #readHead(): boolean {
    const end = this.#pending.indexOf('\r\n\r\n')
    if (end < 0) return false
    const disposition = /^content-disposition:[ \t]*form-data[ \t]*;(.*)$/im.exec(this.#pending.slice(0, end))?.[1]
    this.#pending = this.#pending.slice(end + 4)
    this.#state = 'body'
    this.#beginPart(parameter(disposition, 'name'), parameter(disposition, 'filename'))
    return true
  }

  #beginPart(name: string | undefined, filename: string | undefined): void {
    if (name === undefined) return
    this.#part = { name, isFile: filename !== undefined, text: '' }
    if (filename !== undefined) this.#events.fileStart(name, filename)
  }
}

/** The boundary of a form with files; `undefined` for every other body. */
export function boundaryOf(contentType: string | undefined): string | undefined {
  const [, quoted, plain] =
    /^multipart\/form-data\b.*;[ \t]*boundary=(?:"([^"]+)"|([^\s;"]+))/i.exec(contentType ?? '') ?? []
  return quoted ?? plain
}

function parameter(disposition: string | undefined, name: string): string | undefined {
  const pattern = new RegExp(`(?:^|;)[ \\t]*${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s;"]+))`, 'i')
  const [, quoted, plain] = pattern.exec(disposition ?? '') ?? []
  const text = quoted?.replaceAll(/\\(["\\])/g, '$1') ?? plain
  return text === undefined ? undefined : textOf(text)
}

/** The UTF-8 text whose octets were read one by one. */
function textOf(octets: string): string {
  return new TextDecoder().decode(Buffer.from(octets, 'latin1'))
}
