import { Host, type Scenario, type Visit } from '../scenario.ts'
import { type Making, passing, surroundings } from './making.ts'
import { someVisit } from './visits.ts'

/** What apps add to sessions: three of them are too much for a cookie that is sealed, four for any. */
const portions = ['one', 'two', 'three', 'four'].map((key) => `${key}=${key[0]?.repeat(1300) ?? ''}`)
/** Beyond LimitRequestFieldSize, and not. */
const paddings = { beyond: `pad=${'p'.repeat(8300)}`, within: `pad=${'p'.repeat(3000)}` }

/** Sessions that grow beyond what browsers keep, and cookies beyond what servers accept. */
export function large(making: Making): Omit<Scenario, 'shape'> {
  const { random, seed, secrets } = making
  const [header = ''] = making.headers
  const cookie = { name: `big${seed}`, attributes: random.pick(['path=/', '']) }
  const maxAge = random.maybe(0.3, () => 1800)
  const said = { on: true, env: true, cookie, header, ...(maxAge !== undefined && { maxAge }) }
  const host = new Host(`h${seed}.example`, [
    { ...surroundings(making, said, passing(making)), session: sealed(making, said) },
  ])
  const visits = Array.from({ length: 8 + random.below(6) }, (): Visit => {
    const methods = ['GET', 'POST', 'HEAD']
    const visit = someVisit(making, { hosts: [host.name], targets: ['/', '/a', '/static/page.html'], methods })
    const saying = random.pick([...portions, ...portions, 'one=', 'two=&three=', 'n=1'])
    const kinds = secrets.passphrases.length === 0 ? (['within', 'beyond'] as const) : (['within'] as const)
    const before = random.maybe(0.15, () => [paddings[random.pick(kinds)]]) ?? []
    const fields = visit.answer.fields.filter(([name]) => !making.headers.includes(name))
    return {
      ...visit,
      spelling: { before, after: [], separator: '; ' },
      bringing: { how: 'own' },
      answer: { ...visit.answer, fields: [...fields, [header, saying]] },
    }
  })
  return { seed, secrets, hosts: [host], visits }
}

function sealed({ secrets }: Making, said: object): object {
  return secrets.passphrases.length === 0 ? said : { ...said, passphrases: secrets.passphrases, cipher: secrets.cipher }
}
