// What `sekisho/store/postgres` exports. Made by `npm run generate`.

export interface PgClient {
    query(query: PgQuery): PromiseLike<unknown>;
}

export interface PgQuery {
    name?: string;
    text: string;
    values?: unknown[];
    rowMode: 'array';
}

export interface PostgresJs {
    unsafe(text: string, values: never[], options: {
        readonly prepare: boolean;
    }): {
        values(): PromiseLike<readonly unknown[]>;
    };
}

export declare class PostgresStore implements SessionStore {
    #private;
    readonly principals: PrincipalIndex;
    readonly locks: LeaseLock;
    readonly transfer: SessionTransfer;
    constructor(options: PostgresStoreOptions);
    get capabilities(): StoreCapabilities;
    schema(): string;
    ensureSchema(): Promise<void>;
    read(address: string): Promise<StoredSession | undefined>;
    create(address: string, record: SessionRecord, lifetime: NewLifetime): Promise<'created' | 'exists'>;
    replace(address: string, record: SessionRecord, version: number, lifetime: Lifetime, writeId: string): Promise<'replaced' | 'conflict' | 'gone'>;
    touch(address: string, lifetime: Lifetime): Promise<'touched' | 'gone'>;
    delete(address: string, version?: number): Promise<'deleted' | 'conflict' | 'gone'>;
    sweep(limit: number): Promise<number>;
}

export interface PostgresStoreOptions {
    readonly client: PgClient | PostgresJs;
    readonly prefix?: string;
    readonly schema?: string;
    readonly prepare?: boolean;
    readonly sweepGraceMs?: number;
}
