// What `sekisho/store/mysql` exports. Made by `npm run generate`.

export interface MysqlCallbackClient {
    promise(): MysqlClient;
}

export interface MysqlClient {
    execute(statement: MysqlStatement, values: MysqlValue[]): Promise<readonly [
        unknown,
        unknown
    ]>;
}

export interface MysqlStatement {
    readonly sql: string;
    readonly rowsAsArray: false;
    readonly nestTables: false;
    readonly typeCast: true;
}

export declare class MysqlStore implements SessionStore {
    #private;
    readonly capabilities: StoreCapabilities;
    readonly principals: PrincipalIndex;
    readonly locks: LeaseLock;
    readonly transfer: SessionTransfer;
    constructor(options: MysqlStoreOptions);
    schema(): string;
    ensureSchema(): Promise<void>;
    read(address: string): Promise<StoredSession | undefined>;
    create(address: string, record: SessionRecord, lifetime: NewLifetime): Promise<'created' | 'exists'>;
    replace(address: string, record: SessionRecord, version: number, lifetime: Lifetime, writeId: string): Promise<'replaced' | 'conflict' | 'gone'>;
    touch(address: string, lifetime: Lifetime): Promise<'touched' | 'gone'>;
    delete(address: string, version?: number): Promise<'deleted' | 'conflict' | 'gone'>;
    sweep(limit: number): Promise<number>;
}

export interface MysqlStoreOptions {
    readonly client: MysqlClient | MysqlCallbackClient;
    readonly prefix?: string;
    readonly sweepGraceMs?: number;
    readonly maxRecordBytes?: number;
}

export type MysqlValue = string | number | Uint8Array | null;
