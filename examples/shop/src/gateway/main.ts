/**
 * The shop as an app behind the gateway, at a socket that only this user of the machine can reach: `SHOP_SOCKET`. It is
 * started by `examples/site`.
 *
 * @module
 */
import { once } from 'node:events'
import { createGatewayShop } from './shop.ts'

const { SHOP_SOCKET: socket } = process.env
if (socket === undefined || socket === '') throw new Error('SHOP_SOCKET must be the path of a socket to listen on')

const shop = createGatewayShop()
shop.server.listen(socket)
await once(shop.server, 'listening')
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void shop.close())
