/** Generated programs: what the browsers of one visitor, and an administrator, do at the same time. */
import fc from 'fast-check'

/** The two users of every program. */
export type Principal = 'alice' | 'bob'

/** One thing that a handler does; `pause` lets others run in the middle of the request. */
export type Action =
  | 'read'
  | 'set'
  | 'push'
  | 'increment'
  | 'save'
  | 'ensure'
  | 'pause'
  | 'rotate'
  | 'logout'
  | `login ${Principal}`

/** One request of a browser. */
export interface Visit {
  readonly browser: number
  readonly actions: readonly Action[]
  readonly head?: boolean
  /** A top-level navigation, on which rotation by age happens first. */
  readonly navigates?: boolean
  /** The answer never arrives. */
  readonly lost?: boolean
  /** A late duplicate, with the cookie that was replaced so many cookies ago (0: it is none); nobody reads its answer. */
  readonly duplicateOf?: number
}

/** What happens beside the requests. */
export type Chore =
  | { readonly revoke: number }
  | { readonly revokeAll: Principal; readonly except?: number }
  | { readonly sweep: true }
  | { readonly advanceSeconds: number }

/** Things done one after the other; all lanes run at the same time. */
export type Lane = readonly (Visit | Chore)[]

/** A whole program. */
export interface Program {
  /** What each browser has before the lanes start. */
  readonly browsers: readonly ('nothing' | 'anonymous' | Principal)[]
  /** How old those sessions are by then. */
  readonly ageSeconds: number
  /** Answers may overtake each other on their way to the browser. */
  readonly answersOvertake: boolean
  readonly lanes: readonly Lane[]
}

const principal = fc.constantFrom<Principal>('alice', 'bob')
/** Mostly the same one: what matters is what overlaps in one session. */
const browser = fc.constantFrom(0, 0, 0, 0, 0, 1)

const action = fc.oneof(
  { weight: 2, arbitrary: fc.constant<Action>('read') },
  { weight: 6, arbitrary: fc.constant<Action>('set') },
  { weight: 8, arbitrary: fc.constant<Action>('push') },
  { weight: 6, arbitrary: fc.constant<Action>('increment') },
  { weight: 2, arbitrary: fc.constant<Action>('save') },
  { weight: 1, arbitrary: fc.constant<Action>('ensure') },
  { weight: 8, arbitrary: fc.constant<Action>('pause') },
  { weight: 4, arbitrary: fc.constant<Action>('rotate') },
  { weight: 1, arbitrary: fc.constant<Action>('logout') },
  { weight: 3, arbitrary: principal.map((name): Action => `login ${name}`) },
)

const visit = fc.record(
  {
    browser,
    actions: fc.array(action, { minLength: 1, maxLength: 4 }),
    navigates: fc.boolean(),
    head: rarely(12),
    lost: rarely(8),
    duplicateOf: rarely(6).chain((is) => (is ? fc.constantFrom(1, 2) : fc.constant(0))),
  },
  { requiredKeys: ['browser', 'actions'] },
)

const chore: fc.Arbitrary<Chore> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ revoke: browser }) },
  {
    weight: 2,
    arbitrary: fc.record({ revokeAll: principal, except: browser }, { requiredKeys: ['revokeAll'] }),
  },
  { weight: 1, arbitrary: fc.constant<Chore>({ sweep: true }) },
  {
    weight: 4,
    arbitrary: fc.record({
      advanceSeconds: fc.constantFrom(1, 1, 20, 20, 31, 31, 31, 90, 90, 961, 961, 961, 1850, 1850, 43_300),
    }),
  },
)

const lane = fc.array(fc.oneof({ weight: 9, arbitrary: visit }, { weight: 2, arbitrary: chore }), {
  minLength: 1,
  maxLength: 4,
})

/** All programs. */
export const program: fc.Arbitrary<Program> = fc.record({
  browsers: fc.tuple(start(), start()),
  ageSeconds: fc.constantFrom(0, 0, 90, 961, 961, 1850),
  answersOvertake: fc.boolean(),
  lanes: fc.array(lane, { minLength: 2, maxLength: 4 }),
})

function start(): fc.Arbitrary<Program['browsers'][number]> {
  return fc.constantFrom('anonymous', 'alice', 'anonymous', 'alice', 'bob', 'nothing')
}

/** True once in `times`; shrinks to false. */
function rarely(times: number): fc.Arbitrary<boolean> {
  return fc.nat({ max: times - 1 }).map((drawn) => drawn === times - 1)
}
