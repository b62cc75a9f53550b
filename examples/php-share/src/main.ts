/**
 * `npm start`: opens the site on this machine, over plain http.
 *
 * @module
 */
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Failure, freePort } from './program.ts'
import { Site } from './site.ts'
import { openState } from './state.ts'

const { PORT = '8080', SITE_STATE = fileURLToPath(new URL('../.sekisho', import.meta.url)) } = process.env

async function main(): Promise<void> {
  const wanted = Number(PORT)
  if (!/^\d{1,5}$/.test(PORT) || wanted > 65_535)
    throw new Failure(`PORT must be a number from 0 to 65535; it is ${JSON.stringify(PORT)}`)
  const port = await freePort(wanted)
  const state = openState(resolve(SITE_STATE))
  const site = new Site(state)
  const asked = signalled()
  try {
    await site.open(port)
    const users = Object.entries(state.passwords).map(([name, password]) => `    ${name}  ${password}`)
    console.log(`
One site, with one login and one cart for the pages of both languages:

    http://localhost:${port}/      the shop (TypeScript)
    http://localhost:${port}/php/  the cart (PHP)

Either of these may log in, on either side; the passwords were made for this machine:

${users.join('\n')}

The sessions are PHP's own files, in ${state.sessions}
Ctrl+C closes everything.
`)
    await asked
  } finally {
    await site.close()
  }
}

/** Resolves at the first signal to end; further ones change nothing: a terminal and npm both send theirs. */
function signalled(): Promise<void> {
  return new Promise((done) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => done())
  })
}

await main().catch((error: unknown) => {
  process.exitCode = 1
  console.error(error instanceof Failure ? error.message : error)
})
