// What `sekisho/store/rows` exports. Made by `npm run generate`.

export interface ConnectStore {
    get(id: string, callback: (error: unknown, session?: unknown) => void): unknown;
    set(id: string, session: object, callback: (error?: unknown) => void): unknown;
    destroy(id: string, callback: (error?: unknown) => void): unknown;
}

export interface ConnectStoreOptions {
    readonly shared?: boolean;
    readonly durable?: StoreCapabilities['durable'];
    readonly timeoutMs?: number;
    readonly now?: () => Awaitable<number>;
}

export interface FormattedRowSessionsOptions<D> extends RowSessionsOptions {
    readonly format: RowFormat<D>;
    readonly id?: (address: string) => string | undefined;
}

export interface ListedRow<D = string> extends Row<D> {
    readonly id: string;
}

export interface Row<D = string> {
    readonly data: D;
    readonly changedAt?: number;
    readonly expiresAt?: number;
}

export interface RowFormat<D> {
    encode(session: RowSession, before: Row<D> | undefined): D;
    decode(row: Row<D>, now: number): RowSession | undefined;
}

export interface RowSession {
    readonly record: SessionRecord;
    readonly stamp: Stamp;
}

export declare class RowSessions<D> implements SessionStore {
    #private;
    readonly capabilities: StoreCapabilities;
    readonly principals?: PrincipalIndex;
    readonly locks?: LeaseLock;
    readonly transfer?: SessionTransfer;
    constructor(parts: RowSessionsParts<D>);
    ready(): Promise<void>;
    read(address: string): Promise<StoredSession | undefined>;
    create(address: string, record: SessionRecord, lifetime: NewLifetime): Promise<'created' | 'exists'>;
    replace(address: string, record: SessionRecord, version: number, lifetime: Lifetime, writeId: string): Promise<'replaced' | 'conflict' | 'gone'>;
    touch(address: string, lifetime: Lifetime): Promise<'touched' | 'gone'>;
    delete(address: string, version?: number): Promise<'deleted' | 'conflict' | 'gone'>;
    sweep(limit: number): Promise<number>;
    close(): Promise<void>;
}

export interface RowSessionsOptions {
    readonly sweepGraceMs?: number;
}

export interface RowSessionsParts<D> {
    readonly changes: RowChanges<D>;
    readonly format: RowFormat<D>;
    readonly idOf: (address: string) => string | undefined;
    readonly inspect: (row: Row<D>, now: number) => Inspected | undefined;
    readonly principals: PrincipalIndex | undefined;
    readonly locks: LeaseLock | undefined;
    readonly sweepGraceMs: number;
    readonly isListable: boolean;
}

export interface RowStore<D = string> extends RowVerbs<D> {
    readonly durable: StoreCapabilities['durable'];
    readonly shared: boolean;
    readonly updateCreates?: boolean;
    readonly idLength?: number;
    readonly resource?: object;
    updateIf?(id: string, data: D, expected: D, dueMs: number): Awaitable<boolean>;
    deleteIf?(id: string, expected: D): Awaitable<boolean>;
    withLock?<T>(id: string, task: (locked: RowVerbs<D>) => Promise<T>): Promise<T>;
    list?(after: string | undefined, limit: number): Awaitable<readonly ListedRow<D>[]>;
    count?(): Awaitable<number>;
    expire?(instant: number, limit: number): Awaitable<number>;
    now?(): Awaitable<number>;
    ready?(): Awaitable<void>;
    close?(): Awaitable<void>;
}

export interface RowVerbs<D = string> {
    get(id: string): Awaitable<Row<D> | undefined>;
    insert(id: string, data: D, dueMs: number): Awaitable<boolean>;
    update(id: string, data: D, dueMs: number): Awaitable<boolean>;
    delete(id: string): Awaitable<boolean>;
}

export interface SqlRowsOptions {
    readonly query: (sql: string, params: (string | number)[], wantsRows: boolean) => unknown;
    readonly placeholder: PlaceholderStyle;
    readonly insert: string;
    readonly select: string;
    readonly update: string;
    readonly updateIf?: string;
    readonly delete?: string;
    readonly deleteIf?: string;
    readonly list?: string;
    readonly count?: string;
    readonly clean?: string;
    readonly idLength?: number;
    readonly durable?: StoreCapabilities['durable'];
    readonly shared?: boolean;
    readonly now?: () => Awaitable<number>;
}

export declare function fromConnectStore(store: ConnectStore, options?: ConnectStoreOptions): RowSessions<string>;

export declare function rowSessions(rows: RowStore, options?: RowSessionsOptions): RowSessions<string>;

export declare function rowSessions<D>(rows: RowStore<D>, options: FormattedRowSessionsOptions<D>): RowSessions<D>;

export declare function sqlRows(options: SqlRowsOptions): RowStore;

// Not exported, but part of the types above.

export type Decide<D, A> = (row: Row<D> | undefined, now: number) => Decision<D, A>;

export type Decision<D, A> = {
    readonly answer: A;
    readonly act?: undefined;
} | {
    readonly answer: A;
    readonly act: 'write';
    readonly data: D;
    readonly dueMs: number;
} | {
    readonly answer: A;
    readonly act: 'remove';
};

export interface Inspected {
    readonly end: number;
    readonly isSession: boolean;
}

export type PlaceholderStyle = '?' | '$1';

export declare class RowChanges<D> {
    #private;
    readonly rows: RowStore<D>;
    constructor(rows: RowStore<D>);
    now(): Promise<number>;
    get isFenced(): boolean;
    change<A>(id: string, decide: Decide<D, A>): Promise<A>;
}

export interface Stamp {
    readonly version: number;
    readonly createdAt: number;
    readonly idleDeadline: number;
    readonly absoluteDeadline: number;
}
