/** A node without a network: it runs the requests that it is told to run, over a store that others use too. */
import { setTimeout as pause } from 'node:timers/promises'
import { SekishoError } from '../../src/errors.ts'
import type { Session, Sessions } from '../../src/session/contract.ts'
import {
  closeNode,
  finish,
  openFor,
  openNode,
  type Data,
  type Errand,
  type NodeSettings,
  type OpenNode,
  type Orders,
  type Outcome,
} from './node.ts'

/** An order, its arguments, and the number of the answer to it. */
export interface Order {
  readonly id: number
  readonly name: keyof Orders
  readonly given: readonly unknown[]
}

/** What came of an order. */
export type Answer = { readonly id: number } & ({ readonly answer: unknown } | { readonly error: string })

if (process.send !== undefined) await serve(JSON.parse(process.argv[2] ?? '') as NodeSettings)

async function serve(settings: NodeSettings): Promise<void> {
  const node = await openNode(settings)
  const orders = ordersFor(node)
  process.on('message', ({ id, name, given }: Order) => {
    const carryOut = orders[name] as (...given: readonly unknown[]) => Promise<unknown>
    carryOut(...given).then(
      (answer) => process.send?.({ id, answer }),
      (error: unknown) => process.send?.({ id, error: String(error) }),
    )
  })
  process.on('disconnect', () => closeNode(node))
}

function ordersFor({ store, sessions }: OpenNode): Orders {
  let opened: { errand: Errand; session: Session<Data> }[] = []
  return {
    async open(errands) {
      const requests = errands.map(async (errand) => ({ errand, session: await openFor(sessions, errand) }))
      opened.push(...(await Promise.all(requests)))
    },
    finish() {
      const requests = opened
      opened = []
      return Promise.all(requests.map(({ errand, session }) => carryOn(sessions, session, errand)))
    },
    run: (errands) => Promise.all(errands.map((errand) => run(sessions, errand))),
    revokeAll: (principal) => sessions.admin.revokeAll(principal),
    sweep: async () => store.sweep(1000),
    list: (principal) => sessions.admin.list(principal),
    clock: async () => Date.now(),
  }
}

async function run(sessions: Sessions<Data>, errand: Errand): Promise<Outcome> {
  try {
    return await carryOn(sessions, await openFor(sessions, errand), errand)
  } catch (error) {
    return { name: errand.name, deed: errand.deed, address: undefined, principal: undefined, ...failed(error) }
  }
}

async function carryOn(
  sessions: Sessions<Data>,
  session: Session<Data>,
  { name, deed, takes = 0 }: Errand,
): Promise<Outcome> {
  if (takes > 0) await pause(takes)
  let told: Told
  try {
    await act(session, name, deed)
    told = { code: undefined, ...(await finish(sessions, session)) }
  } catch (error) {
    told = failed(error)
  }
  const { meta, principal } = session
  return { name, deed, address: meta.address, principal, ...told }
}

/** What the visitor hears. */
type Told = Pick<Outcome, 'code' | 'cookie' | 'maxAge'>

function failed(error: unknown): Told {
  const code = error instanceof SekishoError ? error.code : String(error)
  return { code, cookie: undefined, maxAge: undefined }
}

async function act(session: Session<Data>, name: string, deed: Errand['deed']): Promise<void> {
  if (deed === 'look') session.get('count')
  else if (deed === 'push') session.get('list')?.push(name)
  else if (deed === 'increment') await session.update('count', (count) => (count ?? 0) + 1)
  else if (deed === 'add') session.set('count', (session.get('count') ?? 0) + 1)
  else if (deed === 'rotate') session.rotate()
  else if (deed === 'logout') await session.logout()
  else if (deed === 'set') session.set(`own-${name}`, name)
  else session.login(deed.slice('login '.length))
}
