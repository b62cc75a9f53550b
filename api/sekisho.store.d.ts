// What `sekisho/store` exports. Made by `npm run generate`.

export type Awaitable<T> = T | Promise<T>;

export interface LeaseLock {
    acquire(address: string, owner: string, leaseMs: number): Awaitable<boolean>;
    renew(address: string, owner: string, leaseMs: number): Awaitable<boolean>;
    release(address: string, owner: string): Awaitable<void>;
}

export interface Lifetime {
    readonly idleMs: number;
    readonly absoluteMs?: number;
}

export type NewLifetime = Required<Lifetime>;

export interface PreviousSecret {
    readonly verifier: string;
    readonly until?: number;
    readonly handoff: string;
}

export interface PrincipalIndex {
    epoch(principal: string): Awaitable<number>;
    raiseEpoch(principal: string): Awaitable<number>;
    add(principal: string, address: string, expiresInMs: number): Awaitable<void>;
    remove(principal: string, address: string): Awaitable<void>;
    list(principal: string): Awaitable<readonly string[]>;
}

export interface SessionRecord {
    readonly generation: number;
    readonly current: string;
    readonly previous?: PreviousSecret;
    readonly rotatedAt?: number;
    readonly authenticatedAt?: number;
    readonly principal?: string;
    readonly epoch?: number;
    readonly amr?: readonly string[];
    readonly device?: string;
    readonly dataVersion: number;
    readonly writeIds: readonly string[];
    readonly payload: Uint8Array;
    readonly text?: string;
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

export interface SessionTransfer {
    estimate(): Awaitable<number>;
    scan(cursor: string | undefined, limit: number): Awaitable<TransferPage>;
    restore(address: string, stored: StoredSession): Awaitable<'restored' | 'kept'>;
}

export interface StoreCapabilities {
    readonly durable: 'no' | 'process' | 'machine';
    readonly shared: boolean;
    readonly fenced: boolean;
    readonly sweeps: boolean;
}

export interface StoredSession {
    readonly record: SessionRecord;
    readonly version: number;
    readonly now: number;
    readonly createdAt: number;
    readonly idleDeadline: number;
    readonly absoluteDeadline: number;
}

export interface TransferPage {
    readonly sessions: readonly {
        readonly address: string;
        readonly stored: StoredSession;
    }[];
    readonly next?: string;
}
