export * from './errors.ts'
export { json, type Codec } from './codec/json.ts'
export { defineSession } from './session/define.ts'
export type * from './session/contract.ts'
export type { LifetimeOptions, LifetimePreset } from './session/lifetime.ts'
export type {
  DataSchema,
  KeyOptions,
  RotationOptions,
  SchemaResult,
  SessionOptions,
  StoreTimeoutOptions,
  SweepOptions,
} from './session/options.ts'
export type { CookieOptions } from './transport/cookie.ts'
export type { SessionStore, StoreCapabilities } from './store/contract.ts'
