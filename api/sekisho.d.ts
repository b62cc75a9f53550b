// What `sekisho` exports. Made by `npm run generate`.

export interface AnswerHeaders {
    getSetCookie?(): string[];
    get(name: string): string | null;
    set(name: string, value: string): void;
    append(name: string, value: string): void;
}

export type CarrierChange = {
    readonly kind: 'set';
    readonly carrier: string;
    readonly maxAge: number;
    readonly login: boolean;
} | {
    readonly kind: 'expire';
} | {
    readonly kind: 'keep';
};

export interface CarrierHandOff {
    readonly current: string;
    readonly previous: PreviousSecret;
}

export interface CarrierParts {
    readonly address: string;
    readonly current: string;
}

export interface Codec {
    stringify(value: object): string;
    stringifySound?(value: object): string;
    parse(text: string): unknown;
    check?(value: unknown, path: string): void;
}

export interface CommitOptions {
    readonly changes?: 'keep' | 'drop';
    readonly deliverable?: boolean;
}

export interface CookieOptions {
    readonly name?: string;
    readonly path?: string;
    readonly domain?: string;
    readonly secure?: boolean;
    readonly httpOnly?: boolean;
    readonly sameSite?: 'strict' | 'lax' | 'none';
    readonly partitioned?: boolean;
    readonly priority?: 'low' | 'medium' | 'high';
    readonly persistent?: boolean;
    readonly formerPaths?: readonly string[];
}

export interface CookieTransportInput {
    readonly application: string;
    readonly development: boolean;
    readonly cookie?: CookieOptions | undefined;
}

export interface DataSchema<Data> {
    readonly '~standard': {
        readonly version: 1;
        readonly vendor: string;
        readonly validate: (value: unknown) => SchemaResult | Promise<SchemaResult>;
        readonly types?: {
            readonly input: unknown;
            readonly output: Data;
        } | undefined;
    };
}

export interface EncryptionOptions {
    readonly keyRing: KeyRing;
    readonly mode?: VaultMode;
    readonly acceptPlain?: boolean;
}

export type ErrorCode = 'ERR_OPTION' | 'ERR_ARGUMENT' | 'ERR_NO_SESSION' | 'ERR_VALUE' | 'ERR_SESSION_COMMITTED' | 'ERR_SESSION_GONE' | 'ERR_SESSION_SUPERSEDED' | 'ERR_SESSION_CONFLICT' | 'ERR_COOKIE_TOO_LARGE' | 'ERR_STORE_UNAVAILABLE' | 'ERR_STORE_TIMEOUT' | 'ERR_STORE_UNCERTAIN' | 'ERR_STORE_FULL' | 'ERR_STORE_LOCKED' | 'ERR_STORE_SETUP' | 'ERR_STORE_CONTRACT' | 'ERR_STORE_OVERLOADED' | 'ERR_SESSION_LOCKED' | 'ERR_LOCK_LOST' | 'ERR_KEY_FILE' | 'ERR_CRYPTO_OVERLOADED' | 'ERR_PHP_DATA';

export interface ErrorEntry {
    readonly status?: number;
    readonly meaning: string;
    readonly fix: string;
}

export interface HeaderOptions {
    readonly name?: string;
    readonly scheme?: string;
}

export interface KeyOptions {
    readonly beforeLogin?: 'keep';
}

export declare class KeyRing {
    #private;
    constructor(secrets: readonly (string | Uint8Array)[]);
    replace(secrets: readonly (string | Uint8Array)[]): void;
    usage(): KeyUse[];
    get revision(): number;
    subkeys(purpose: string): Subkey[];
    noteOpened(name: string, purpose: string): void;
}

export interface KeyUse {
    readonly keyId: string;
    readonly seals: boolean;
    readonly opened: number;
    readonly lastOpenedAt: number | undefined;
}

export interface LifetimeOptions {
    readonly idle?: number;
    readonly absolute?: number;
}

export type LifetimePreset = 'default' | 'aal1' | 'aal2' | 'aal3' | 'persistent';

export interface LockOptions {
    readonly wait?: number;
    readonly lease?: number;
}

export interface LoginOptions<Data> {
    readonly keep?: readonly SessionKey<Data>[] | undefined;
    readonly amr?: readonly string[] | undefined;
    readonly device?: string | undefined;
}

export interface OpenOptions {
    readonly reserved?: boolean | undefined;
    readonly lock?: LockOptions | undefined;
}

export interface Presented {
    readonly carrier?: string;
    readonly ambiguous?: boolean;
    readonly explicit?: boolean;
    readonly chunks?: readonly number[];
}

export type RequestHeaders = {
    get(name: string): string | null;
} | {
    readonly [name: string]: string | readonly string[] | undefined;
};

export interface Reservation {
    readonly carrier: string;
    readonly address: string;
}

export interface RotateOptions {
    readonly grace?: boolean;
}

export interface RotationOptions {
    readonly every?: number;
    readonly grace?: number;
}

export interface SchemaResult {
    readonly issues?: readonly {
        readonly path?: readonly (PropertyKey | {
            readonly key: PropertyKey;
        })[] | undefined;
    }[] | undefined;
}

export interface SealedAdmin {
    revoke(address: string): Promise<void>;
    revokeAll(principal: string): Promise<void>;
}

export interface SealedCookieOptions extends CookieOptions {
    readonly chunks?: number;
}

export interface SealedSession<Data extends object = Record<string, unknown>> extends SessionData<Data> {
}

export interface SealedSessionOptions<Data extends object> extends SharedOptions<Data> {
    readonly keyRing: KeyRing;
    readonly cookie?: SealedCookieOptions;
    readonly revocations?: SessionStore;
    readonly acceptUnrevocable?: boolean;
    readonly sweep?: SweepOptions | false;
}

export interface SealedSessions<Data extends object = Record<string, unknown>> extends SessionSource<SealedSession<Data>> {
    readonly admin: SealedAdmin;
    close(): Promise<void>;
}

export declare class SekishoError extends Error {
    readonly code: ErrorCode;
    readonly status: number | undefined;
    constructor(code: ErrorCode, message: string, options?: ErrorOptions);
}

export declare class SekishoUsageError extends TypeError {
    readonly code: ErrorCode;
    constructor(code: ErrorCode, message: string, options?: ErrorOptions);
}

export interface Session<Data extends object = Record<string, unknown>> extends SessionData<Data> {
    update<K extends SessionKey<Data>>(key: K, change: (value: Data[K] | undefined) => Data[K]): Promise<Data[K]>;
    update<R>(change: (draft: Partial<Data>) => R): Promise<R>;
    save(): Promise<void>;
    rotate(options?: RotateOptions): void;
}

export interface SessionAdmin {
    list(principal: string): Promise<SessionSummary[]>;
    count(principal: string): Promise<number>;
    limit(principal: string, most: number): Promise<number>;
    inspect(address: string): Promise<SessionContent | undefined>;
    revoke(address: string, options?: {
        readonly principal?: string | undefined;
    }): Promise<boolean>;
    revokeAll(principal: string, options?: {
        readonly except?: string | undefined;
    }): Promise<number>;
}

export interface SessionAnswer {
    readonly status: number;
    readonly headers: AnswerHeaders;
}

export interface SessionContent {
    readonly bytes: number;
    readonly encrypted: boolean;
    readonly data: Readonly<Record<string, unknown>> | undefined;
}

export interface SessionData<Data extends object = Record<string, unknown>> {
    readonly principal: string | undefined;
    readonly meta: SessionMeta;
    readonly data: Partial<Data>;
    get<K extends SessionKey<Data>>(key: K): Data[K] | undefined;
    set<K extends SessionKey<Data>>(key: K, value: Data[K]): void;
    delete(key: SessionKey<Data>): boolean;
    has(key: SessionKey<Data>): boolean;
    keys(): SessionKey<Data>[];
    deleteAll(): void;
    flash<K extends SessionKey<Data>>(key: K, value: Data[K]): void;
    flash<K extends SessionKey<Data>>(key: K): Data[K] | undefined;
    ensure(): void;
    login(principal: string, options?: LoginOptions<Data>): void;
    logout(): Promise<void>;
}

export declare class SessionGoneError extends SekishoError {
    constructor();
}

export type SessionKey<Data> = Extract<keyof Data, string>;

export interface SessionMeta {
    readonly address: string | undefined;
    readonly createdAt: number | undefined;
    readonly authenticatedAt: number | undefined;
    readonly idleDeadline: number | undefined;
    readonly absoluteDeadline: number | undefined;
    readonly generation: number;
    readonly amr: readonly string[];
    readonly device: string | undefined;
}

export interface SessionOptions<Data extends object> extends SharedOptions<Data> {
    readonly store: SessionStore;
    readonly cookie?: CookieOptions | false;
    readonly header?: HeaderOptions | true;
    readonly transport?: Transport;
    readonly rotation?: RotationOptions | false;
    readonly maxBytes?: number;
    readonly conflictTimeoutMs?: number;
    readonly encryption?: EncryptionOptions;
    readonly sessionsPerPrincipal?: number;
    readonly onStoreFailure?: 'unavailable' | 'anonymous';
    readonly sweep?: SweepOptions | false;
}

export interface SessionRequest {
    readonly method?: string | undefined;
    readonly headers: RequestHeaders;
}

export interface SessionSource<S> {
    readonly name: string;
    open(request: SessionRequest, options?: OpenOptions): Promise<S>;
    openNow(request: SessionRequest, options?: OpenOptions): S | Promise<S>;
    commit(session: S, answer: SessionAnswer, options?: CommitOptions): Promise<void> | undefined;
    run?<T>(session: S, work: () => T): T;
}

export interface SessionStore {
    readonly capabilities: StoreCapabilities;
    readonly textual?: boolean;
    readonly principals?: PrincipalIndex;
    readonly locks?: LeaseLock;
    readonly transfer?: SessionTransfer;
    read(address: string, lent?: boolean): Awaitable<StoredSession | undefined>;
    create(address: string, record: SessionRecord, lifetime: NewLifetime): Awaitable<'created' | 'exists'>;
    replace(address: string, record: SessionRecord, version: number, lifetime: Lifetime, writeId: string): Awaitable<'replaced' | 'conflict' | 'gone'>;
    touch(address: string, lifetime: Lifetime): Awaitable<'touched' | 'gone'>;
    delete(address: string, version?: number): Awaitable<'deleted' | 'conflict' | 'gone'>;
    sweep(limit: number): Awaitable<number>;
    close?(): Awaitable<void>;
}

export interface SessionSummary {
    readonly address: string;
    readonly principal: string;
    readonly createdAt: number;
    readonly authenticatedAt: number;
    readonly lastUsedAt: number;
    readonly absoluteDeadline: number;
    readonly amr: readonly string[];
    readonly device: string | undefined;
}

export declare class SessionSupersededError extends SekishoError {
    constructor();
}

export interface Sessions<Data extends object = Record<string, unknown>> extends SessionSource<Session<Data>> {
    readonly capabilities: StoreCapabilities;
    readonly admin: SessionAdmin;
    reserve(): Reservation;
    close(): Promise<void>;
}

export interface SharedOptions<Data extends object> {
    readonly name: string;
    readonly lifetime?: LifetimePreset | LifetimeOptions;
    readonly schema?: DataSchema<Data>;
    readonly keys?: {
        readonly [K in SessionKey<Data>]?: KeyOptions;
    };
    readonly dataVersion?: number;
    readonly migrate?: {
        readonly [version: number]: (data: Record<string, unknown>) => Record<string, unknown>;
    };
    readonly codec?: Codec;
    readonly storeTimeout?: StoreTimeoutOptions;
    readonly storeLimits?: StoreLimitOptions;
    readonly development?: boolean;
}

export interface StoreCapabilities {
    readonly durable: 'no' | 'process' | 'machine';
    readonly shared: boolean;
    readonly fenced: boolean;
    readonly sweeps: boolean;
}

export interface StoreLimitOptions {
    readonly maxPending?: number;
    readonly failures?: number;
    readonly pauseMs?: number;
}

export interface StoreTimeoutOptions {
    readonly readMs?: number;
    readonly writeMs?: number;
}

export interface SweepOptions {
    readonly every?: number;
    readonly limit?: number;
}

export interface Transport {
    read(headers: RequestHeaders): Presented;
    write(headers: AnswerHeaders, change: CarrierChange, presented?: Presented): void;
    check?(carrier: string, presented?: Presented): void;
}

export type VaultMode = 'keyring' | 'carrier';

export declare function carrierHandOff(carrier: string, until: number): CarrierHandOff;

export declare function carrierParts(carrier: string): CarrierParts;

export declare function cookieTransport(input: CookieTransportInput): Transport;

export declare function defineSealedSession<Data extends object>(options: SealedSessionOptions<Data>): SealedSessions<Data>;

export declare function defineSession<Data extends object>(options: SessionOptions<Data>): Sessions<Data>;

export declare const errorTable: Readonly<Record<ErrorCode, ErrorEntry>>;

export declare const json: Codec;

export declare function optionError(option: string, expected: string, received: unknown): SekishoUsageError;

export declare function shown(value: unknown): string;

// Not exported, but part of the types above.

export interface Subkey {
    readonly id: Buffer;
    readonly name: string;
    readonly key: Buffer;
}
