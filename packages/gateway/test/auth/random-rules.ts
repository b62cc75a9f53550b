import { errorsOf, load } from '../configs.ts'

/** Where users and groups are, and how they log in. */
export const basicLogin = 'AuthType Basic\nAuthName "A realm"\nAuthUserFile %USERS%\nAuthGroupFile %GROUPS%'

const leaves = [
  'all granted',
  'all denied',
  'valid-user',
  'user bob',
  'user ann bob',
  'user',
  'group Staff',
  'group admins nobody',
  'env on',
  'env off',
  'method GET',
  'method POST HEAD',
  'ip 127.0.0.1',
  'ip 10 192.0.2.0/24',
  'local',
  'host localhost',
  'forward-dns localhost',
  `expr "%{REMOTE_USER} == 'bob'"`,
  `expr "%{REQUEST_METHOD} == 'GET'"`,
]

/** A number below a bound. */
type Random = (below: number) => number

/** Sections with random requirements, by their paths; the same ones for the same seed. Each has another in it, at `/sub`. */
export function randomSections(count: number, seed: number): Map<string, string> {
  const random = numbers(seed)
  const found = new Map<string, string>()
  for (let number = 0; found.size < count; number += 1) {
    const text = sections(random, `t${number}`)
    if (errorsOf(load(text)).length === 0) found.set(`/t${number}`, text)
  }
  return found
}

function numbers(seed: number): Random {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** A section, and one within it that may be merged with it. */
function sections(random: Random, name: string): string {
  const forbidden = random(3) === 0 ? 'AuthzSendForbiddenOnFailure On\n' : ''
  const login = random(4) === 0 ? '' : basicLogin
  const merging = ['Off', 'And', 'Or'][random(3)]
  return `<Location /${name}>\n${login}\n${forbidden}${rules(random, 'RequireAny', 2)}\n</Location>
<Location /${name}/sub>\nAuthMerging ${merging}\n${rules(random, 'RequireAny', 1)}\n</Location>\n`
}

function rules(random: Random, container: string, depth: number): string {
  const lines = Array.from({ length: 1 + random(3) }, () => {
    if (depth > 0 && random(3) === 0) {
      const kinds = ['RequireAll', 'RequireAny', ...(container === 'RequireAll' ? ['RequireNone'] : [])]
      const kind = kinds[random(kinds.length)] ?? 'RequireAny'
      return `<${kind}>\n${rules(random, kind, depth - 1)}\n</${kind}>`
    }
    const not = container === 'RequireAll' && random(3) === 0 ? 'not ' : ''
    return `Require ${not}${leaves[random(leaves.length)]}`
  })
  return lines.join('\n')
}
