/** An answer, as a test looks at it. */
export interface Seen {
  readonly status: number
  readonly headers: Headers
  readonly location: string | null
  readonly html: string
  /** What can be read on the page: without tags, and with single spaces. */
  readonly text: string
}

const firefox = {
  'accept-language': 'en',
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
}

/** A browser without pictures: it keeps cookies, and shows where a redirect leads instead of following it. */
export class Visitor {
  readonly origin: string
  readonly cookies: Map<string, string>
  readonly #headers: Readonly<Record<string, string>>
  /** From the last page that had one. */
  #token: string | undefined

  constructor(origin: string, headers: Record<string, string> = {}, cookies: ReadonlyMap<string, string> = new Map()) {
    this.origin = origin
    this.#headers = { ...firefox, ...headers }
    this.cookies = new Map(cookies)
  }

  get(path: string): Promise<Seen> {
    return this.send('GET', path)
  }

  /** Sends a form, as from the last page of the shop. */
  post(path: string, fields: Record<string, string> = {}): Promise<Seen> {
    const headers = { 'sec-fetch-site': 'same-origin', origin: this.origin }
    const token: Record<string, string> = this.#token === undefined ? {} : { token: this.#token }
    return this.send('POST', path, { headers, body: new URLSearchParams({ ...token, ...fields }).toString() })
  }

  async send(
    method: string,
    path: string,
    { headers = {}, body }: { readonly headers?: Record<string, string>; readonly body?: string } = {},
  ): Promise<Seen> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await fetch(this.origin + path, {
      method,
      redirect: 'manual',
      headers: {
        ...this.#headers,
        ...(cookie === '' ? {} : { cookie }),
        ...(body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
    })
    for (const line of answer.headers.getSetCookie()) this.#keep(line)
    const html = await answer.text()
    this.#token = /name="token" value="([^"]+)"/.exec(html)?.[1] ?? this.#token
    const text = html.replaceAll(/<title>.*?<\/title>|<svg.*?<\/svg>|<[^>]+>/gs, ' ').replaceAll(/\s+/g, ' ')
    return { status: answer.status, headers: answer.headers, location: answer.headers.get('location'), html, text }
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split('; ')
    const [name = '', value = ''] = pair.split('=', 2)
    if (attributes.includes('Max-Age=0')) this.cookies.delete(name)
    else this.cookies.set(name, value)
  }
}
