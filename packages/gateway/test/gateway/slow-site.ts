import { RecordingApp } from './app.ts'

/** An app whose answers take a moment; `/write` puts something into the session. */
export const slowApp = (): Promise<RecordingApp> =>
  RecordingApp.start(async ({ url }, response) => {
    if (url === '/write') response.setHeader('X-S', 'cart=tea')
    response.write('begun ')
    await new Promise((resolve) => setTimeout(resolve, 5))
    response.end('done')
  })

/** A site in front of it, with sessions in a cookie. */
export const slowSite = (app: RecordingApp, lines = ''): string => `
ProxyPass / ${app.url}/
Session On
SessionCookieName s path=/
SessionMaxAge 100
SessionHeader X-S
SessionEnv On
SessionCryptoPassphrase "a passphrase for this test"
${lines}`
