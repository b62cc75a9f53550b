import type { Contender } from '../contract.ts'
import { overFetch, overNode, type Plain } from '../plain.ts'

const plain: Plain = {
  create: () => ({ body: '1' }),
  read: () => ({ body: '1' }),
  write: () => ({ body: '1' }),
}

/** A handler without a session: what every other one adds to. */
export const bareNode: Contender = {
  name: 'bare node:http',
  family: 'bare',
  role: 'bare',
  server: 'node',
  fetch: () => overFetch(plain),
  node: () => overNode(plain),
}
