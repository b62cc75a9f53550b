/**
 * `npm start`: opens the site on this machine, over plain http.
 *
 * @module
 */
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Failure } from './failure.ts'
import { chooseGatehouse, type Gatehouse } from './gatehouse.ts'
import { freePort } from './ports.ts'
import { Site } from './site.ts'
import { openState, type SiteState } from './state.ts'

const {
  PORT = '8080',
  SITE_STATE = fileURLToPath(new URL('../.sekisho', import.meta.url)),
  SITE_GATEHOUSE,
} = process.env

async function main(): Promise<void> {
  const gatehouse = chooseGatehouse(SITE_GATEHOUSE)
  const port = await choosePort()
  const state = openState(resolve(SITE_STATE))
  const site = new Site({ state, gatehouse, port })
  const asked = signalled()
  try {
    const early = await Promise.race([site.open(), asked])
    if (early !== undefined) return
    console.log(greeting({ state, gatehouse, port, pid: site.pid }))
    const end = await Promise.race([asked, site.broken])
    if (end instanceof Failure) throw new Failure(`the site closes: ${end.message}`)
    console.log('closing …')
  } finally {
    await site.close()
  }
  console.log('closed; whoever was signed in still is')
}

async function choosePort(): Promise<number> {
  const wanted = Number(PORT)
  if (!/^\d{1,5}$/.test(PORT) || wanted > 65_535)
    throw new Failure(`PORT must be a number from 0 to 65535; it is ${JSON.stringify(PORT)}`)
  const port = await freePort(wanted)
  if (port !== undefined) return port
  throw new Failure(`port ${PORT} is taken by another program; choose another one:\n  PORT=${wanted + 1} npm start`)
}

/** Resolves at the first signal to end; further ones change nothing: a terminal and npm both send theirs. */
function signalled(): Promise<NodeJS.Signals> {
  return new Promise((done) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => done(signal))
  })
}

interface Opened {
  readonly state: SiteState
  readonly gatehouse: Gatehouse
  readonly port: number
  readonly pid: number | undefined
}

function greeting({ state, gatehouse: { language }, port, pid }: Opened): string {
  const address = `http://localhost:${port}`
  const lastResort = language === 'Node' ? ', for want of Python and PHP' : ''
  const users = state.users.map(({ name, password }) => `    ${name}  ${password}`)
  return `
関所 The gateway is open, with one login, one cart and one language for all pages behind it:

    ${address}/            関所堂 the shop (TypeScript)
    ${address}/gatehouse/  番所   the gatehouse (${language}${lastResort})
    ${address}/secure/     files, behind the login dialog of the browser

Either of these may sign in; the passwords were made for this machine:

${users.join('\n')}

The configuration is examples/site/site.conf; after a change, kill -HUP ${pid} makes the gateway read it anew.
Sessions and logs are in ${state.directory}
Ctrl+C closes everything.
`
}

await main().catch((error: unknown) => {
  process.exitCode = 1
  if (error instanceof Failure) console.error(error.message)
  // What the system says is clear; anything else is a mistake of this program, and its place matters.
  else console.error(error instanceof Error && 'syscall' in error ? `the site cannot open: ${error.message}` : error)
})
