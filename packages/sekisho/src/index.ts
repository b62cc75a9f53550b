export * from './errors.ts'
export { json, type Codec } from './codec/json.ts'
export { KeyRing, type KeyUse } from './crypto/keyring.ts'
export { defineSealedSession, defineSession } from './session/define.ts'
export type * from './session/sealed-contract.ts'
export type { SealedCookieOptions, SealedSessionOptions } from './session/sealed-options.ts'
export type * from './session/contract.ts'
export type { LifetimeOptions, LifetimePreset } from './session/lifetime.ts'
export type { EncryptionOptions } from './session/at-rest.ts'
export type { VaultMode } from './crypto/vault.ts'
export type { RotationOptions, SessionOptions, SweepOptions } from './session/options.ts'
export type {
  DataSchema,
  KeyOptions,
  SchemaResult,
  SharedOptions,
  StoreLimitOptions,
  StoreTimeoutOptions,
} from './session/shared-options.ts'
export { carrierHandOff, carrierParts, type CarrierHandOff, type CarrierParts } from './session/token.ts'
export { cookieTransport, type CookieOptions, type CookieTransportInput } from './transport/cookie.ts'
export type { AnswerHeaders, CarrierChange, Presented, RequestHeaders, Transport } from './transport/contract.ts'
export type { HeaderOptions } from './transport/header.ts'
export type { SessionStore, StoreCapabilities } from './store/contract.ts'
