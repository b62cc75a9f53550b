import { optionError, SekishoUsageError } from '../errors.ts'
import { channels } from '../lib/events-node.ts'
import { reportLate } from './actions.ts'
import type { Revocations } from './revocation.ts'
import type { SealedAttachment } from './sealed-content.ts'
import type { ResolvedSealedOptions } from './sealed-options.ts'
import { SessionHandle } from './session.ts'
import { forgetIntents, type Loss, type SessionActions, type SessionState } from './state.ts'
import { empty } from './write-set.ts'

/** A sealed session as the application holds it. What needs a store is not in its type, and refused for who has no types. */
export class SealedHandle extends SessionHandle {
  override rotate(): never {
    throw inCookieOnly('rotate')
  }
}

/** What a sealed session asks for while its request runs. */
export class SealedActions implements SessionActions {
  readonly keepKeys: ReadonlySet<string>
  readonly emptyText: string
  readonly #options: ResolvedSealedOptions
  readonly #revocations: Revocations | undefined

  constructor(options: ResolvedSealedOptions, revocations: Revocations | undefined) {
    this.keepKeys = options.keepKeys
    this.emptyText = options.codec.stringify({})
    this.#options = options
    this.#revocations = revocations
  }

  mayLogin(): void {
    if (this.#options.mayLogin) return
    throw optionError(
      'revocations',
      'a store, so that a login can be ended; or set `acceptUnrevocable: true`',
      undefined,
    )
  }

  save(): Promise<never> {
    return Promise.reject(inCookieOnly('save'))
  }

  update(): Promise<never> {
    return Promise.reject(inCookieOnly('update'))
  }

  logout(state: SessionState<SealedAttachment>): Promise<void> {
    const turn = this.#logout(state)
    state.turn = turn
    return turn
  }

  async #logout(state: SessionState<SealedAttachment>): Promise<void> {
    const { attachment } = state
    const outcome = attachment === undefined ? state.lost?.outcome : await this.#end(attachment)
    // What has ended before is as good as ended now; what a login has made of it is not ours to end.
    if (outcome !== 'superseded') state.lost = undefined
    else if (attachment !== undefined) state.lost = { address: attachment.token.address, outcome }
    state.ended = state.presented !== undefined && state.lost === undefined
    state.attachment = undefined
    forgetIntents(state)
    empty(state.writes)
  }

  async #end(attachment: SealedAttachment): Promise<Loss['outcome'] | undefined> {
    const outcome = await this.#revocations?.end(attachment, 'gone')
    if (outcome === undefined) channels.destroyed.publish({ address: attachment.token.address, by: 'logout' })
    return outcome
  }

  late(state: SessionState<SealedAttachment>, key: string | undefined): void {
    reportLate(state, key, this.#options.development)
  }
}

function inCookieOnly(method: string): SekishoUsageError {
  return new SekishoUsageError(
    'ERR_ARGUMENT',
    `\`${method}\` needs a store: what a sealed session holds is stored by the browser, when the answer arrives`,
  )
}
