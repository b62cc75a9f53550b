/** A site with a login, whose sessions commands look at and end. */
import { createHash } from 'node:crypto'
import { openSiteStores, type SiteStores } from '../../src/operate/site-stores-node.ts'
import { RecordingApp } from '../gateway/app.ts'
import { serveSite, type SiteOptions, type TestSite } from '../gateway/harness.ts'
import type { Visitor } from '../gateway/visitor.ts'
import type { Ran } from '../command/run.ts'
import { runHere } from './run-here.ts'

/** The users, whose passwords are their names twice. */
export const users: string = ['alice', 'bob', 'carol']
  .map((user) => `${user}:{SHA}${createHash('sha1').update(`${user}${user}`).digest('base64')}\n`)
  .join('')

/** Lines for a site in front of an app that keeps `cart=<query>` in the session. */
export function busyText(app: RecordingApp, lines: string): string {
  return `
Session On
SessionTimeout 1800
SessionHeader X-App-Session
SessionEnv On
${lines}
ProxyPass / ${app.url}/
<Location />
AuthType Form
AuthName site
AuthFormProvider file
AuthUserFile \${ROOT}/users
Require all granted
</Location>
<Location /private>
Require valid-user
</Location>
<Location /signin>
SetHandler form-login-handler
AuthFormLoginSuccessLocation /
</Location>
`
}

/** A site that is served, with an app behind it. Dispose of it. */
export class BusySite {
  readonly site: TestSite
  readonly #app: RecordingApp

  private constructor(site: TestSite, app: RecordingApp) {
    this.site = site
    this.#app = app
  }

  /** @param lines Where the sessions are, and more. @param last Sections that have the last word. */
  static async serve(lines: string, options: SiteOptions = {}, last: string = ''): Promise<BusySite> {
    const app = await RecordingApp.start((request, response) => {
      const [, kept] = request.url.split('?')
      if (kept !== undefined) response.setHeader('X-App-Session', kept)
      response.end(String(request.headers['x-remote-user'] ?? 'nobody'))
    })
    const files = { users, ...options.files }
    try {
      return new BusySite(await serveSite(busyText(app, lines) + last, { ...options, files }), app)
    } catch (error) {
      await app[Symbol.asyncDispose]()
      throw error
    }
  }

  /** Serves the site with its sessions somewhere else. */
  async moveTo(lines: string): Promise<void> {
    await this.site.reload(busyText(this.#app, lines))
  }

  /** Somebody who has logged in. */
  async user(name: string): Promise<Visitor> {
    const visitor = this.site.visitor()
    const answer = await visitor.post('/signin', { httpd_username: name, httpd_password: `${name}${name}` })
    if (answer.status !== 302) throw new Error(`the login of ${name} was answered with ${answer.status}`)
    return visitor
  }

  /** Somebody who has put something into the session. */
  async guest(cart: string): Promise<Visitor> {
    const visitor = this.site.visitor()
    await visitor.get(`/shop?cart=${cart}`)
    return visitor
  }

  /** What the app was told of the session with the last request. */
  sessionOfLast(): string {
    return String(this.#app.last.headers['session'] ?? '')
  }

  /** The stores of the site, as a command opens them. Dispose of them. */
  async stores(): Promise<SiteStores & AsyncDisposable> {
    const { root } = this.site
    const stores = await openSiteStores({ file: `${root}/site.conf`, stateDirectory: `${root}/state` })
    return { ...stores, [Symbol.asyncDispose]: () => stores.close() }
  }

  /** Runs `sekisho` on the configuration, in this process: `['sessions', 'list']`, and what comes behind the file. */
  run(command: readonly string[], rest: readonly string[] = []): Promise<Ran> {
    return runHere(this.words(command, rest))
  }

  /** The words of such a command line. */
  words(command: readonly string[], rest: readonly string[] = []): string[] {
    const { root } = this.site
    return [...command, `${root}/site.conf`, '--state', `${root}/state`, ...rest]
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.site[Symbol.asyncDispose]()
    await this.#app[Symbol.asyncDispose]()
  }
}

/** The words of `sekisho top` for a site. */
export function topOf({ site: { root } }: BusySite, options: readonly string[] = []): string[] {
  return ['top', `${root}/site.conf`, '--state', `${root}/state`, ...options]
}
