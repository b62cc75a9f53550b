// What `sekisho/store/sqlite` exports. Made by `npm run generate`.

export interface SqliteHandle {
    exec(sql: string): unknown;
    prepare(sql: string): SqliteStatement;
    readonly isTransaction?: boolean;
    readonly inTransaction?: boolean;
}

export interface SqliteSettings {
    readonly prefix?: string;
    readonly durability?: 'process' | 'machine';
    readonly lockTimeoutMs?: number;
    readonly sweepGraceMs?: number;
}

export interface SqliteStatement {
    get(...values: SqliteValue[]): unknown;
    all(...values: SqliteValue[]): unknown[];
    run(...values: SqliteValue[]): {
        readonly changes: number | bigint;
    };
    setReadBigInts?(enabled: boolean): void;
    setReturnArrays?(enabled: boolean): void;
    readonly reader?: boolean;
    raw?(enabled: boolean): unknown;
}

export declare class SqliteStore implements SessionStore {
    #private;
    readonly capabilities: StoreCapabilities;
    readonly textual = true;
    readonly principals: PrincipalIndex;
    readonly locks: LeaseLock;
    readonly transfer: SessionTransfer;
    constructor(options: SqliteStoreOptions);
    schema(): string;
    ensureSchema(): Promise<void>;
    read(address: string, lent?: boolean): Awaitable<StoredSession | undefined>;
    create(address: string, record: SessionRecord, lifetime: NewLifetime): Awaitable<'created' | 'exists'>;
    replace(address: string, record: SessionRecord, version: number, lifetime: Lifetime, writeId: string): Awaitable<'replaced' | 'conflict' | 'gone'>;
    touch(address: string, lifetime: Lifetime): Awaitable<'touched' | 'gone'>;
    delete(address: string, version?: number): Awaitable<'deleted' | 'conflict' | 'gone'>;
    sweep(limit: number): Promise<number>;
    close(): void;
}

export interface SqliteStoreOptions extends SqliteSettings {
    readonly database: SqliteHandle;
    readonly now?: () => number;
}

export type SqliteValue = string | number | Uint8Array;

export declare class SqliteWorkerStore implements SessionStore {
    #private;
    readonly capabilities: StoreCapabilities;
    readonly principals: PrincipalIndex;
    readonly locks: LeaseLock;
    readonly transfer: SessionTransfer;
    constructor(options: SqliteWorkerStoreOptions, internals?: SqliteWorkerStoreInternals);
    schema(): string;
    ensureSchema(): Promise<void>;
    read(address: string): Promise<StoredSession | undefined>;
    create(address: string, record: SessionRecord, lifetime: NewLifetime): Promise<'created' | 'exists'>;
    replace(address: string, record: SessionRecord, version: number, lifetime: Lifetime, writeId: string): Promise<'replaced' | 'conflict' | 'gone'>;
    touch(address: string, lifetime: Lifetime): Promise<'touched' | 'gone'>;
    delete(address: string, version?: number): Promise<'deleted' | 'conflict' | 'gone'>;
    sweep(limit: number): Promise<number>;
    close(): Promise<void>;
}

export interface SqliteWorkerStoreInternals {
    readonly clock?: Float64Array;
}

export interface SqliteWorkerStoreOptions extends SqliteSettings {
    readonly file: string;
    readonly maxWaiting?: number;
}
