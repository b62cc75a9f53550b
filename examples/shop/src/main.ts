/**
 * `npm start`: opens the shop on this machine, over plain http.
 *
 * @module
 */
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { FileStore } from 'sekisho/store/file'
import type { Shop } from './serving.ts'
import { createShop } from './shop.ts'

const { PORT = '8080', SHOP_SESSIONS = fileURLToPath(new URL('../.sekisho/shop-sessions', import.meta.url)) } =
  process.env

async function main(): Promise<void> {
  const port = Number(PORT)
  if (!/^\d{1,5}$/.test(PORT) || port > 65_535)
    return giveUp(`PORT must be a number from 0 to 65535; it is ${JSON.stringify(PORT)}`)
  const directory = resolve(SHOP_SESSIONS)
  await mkdir(dirname(directory), { recursive: true })
  const store = new FileStore({ directory })
  await store.ready()
  const shop = await createShop({ store, development: true })
  try {
    shop.server.listen(port, '127.0.0.1')
    await once(shop.server, 'listening')
  } catch (error) {
    await shop.close()
    throw error
  }
  closeOnSignal(shop)
  const address = shop.server.address() as AddressInfo
  console.log(
    `関所堂 Sekisho-dō is open: http://localhost:${address.port}/\n(Ctrl+C closes it; sessions are kept in ${directory})`,
  )
}

function closeOnSignal(shop: Shop): void {
  let closing = false
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (closing) return
      closing = true
      shop.close().then(() => console.log('closed; whoever was signed in still is'), giveUp)
    })
  }
}

function giveUp(error: unknown): void {
  process.exitCode = 1
  if (isPortTaken(error)) {
    console.error(`port ${PORT} is taken by another program; choose another one:\n  PORT=${Number(PORT) + 1} npm start`)
  } else console.error(`the shop cannot open: ${error instanceof Error ? error.message : String(error)}`)
}

function isPortTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
}

await main().catch(giveUp)
