import { channel, type Channel } from 'node:diagnostics_channel'

/** The engine has asked a store something. */
export interface StoreCall {
  readonly milliseconds: number
  readonly isFailure: boolean
}

/** A request has been answered. */
export interface ServedRequest {
  readonly milliseconds: number
}

/** Published only while somebody listens: two looks at a clock for each call would show. */
export const storeCalls: Channel<unknown, StoreCall> = channel('sekisho:gateway:store-call') as Channel<
  unknown,
  StoreCall
>

/** Published only while somebody listens. */
export const servedRequests: Channel<unknown, ServedRequest> = channel('sekisho:gateway:request') as Channel<
  unknown,
  ServedRequest
>
