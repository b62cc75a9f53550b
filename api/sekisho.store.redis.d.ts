// What `sekisho/store/redis` exports. Made by `npm run generate`.

export type Argument = string | Uint8Array;

export type Command = readonly [
    name: string,
    ...rest: Argument[]
];

export interface Link {
    run(key: string, command: Command): Promise<unknown>;
    runScript(sha: string, key: string, args: readonly Argument[]): Promise<unknown>;
    runPair(key: string, first: Command, second: Command): Promise<readonly [
        unknown,
        unknown
    ]>;
    readonly masters: (() => Promise<readonly Master[]>) | undefined;
}

export interface Master {
    run(command: Command): Promise<unknown>;
}

export type RedisClient = {
    sendCommand(...command: never[]): unknown;
    multi(...rest: never[]): unknown;
} | {
    callBuffer(...command: never[]): unknown;
    pipeline(...rest: never[]): unknown;
} | {
    customCommand(...command: never[]): unknown;
};

export type RedisClientKind = 'node-redis' | 'node-redis-cluster' | 'node-redis-sentinel' | 'ioredis' | 'ioredis-cluster' | 'glide' | 'glide-cluster';

export declare class RedisStore implements SessionStore {
    #private;
    readonly capabilities: StoreCapabilities;
    readonly textual = true;
    readonly principals: PrincipalIndex;
    readonly locks: LeaseLock;
    readonly transfer: SessionTransfer;
    constructor(options: RedisStoreOptions);
    read(address: string, lent?: boolean): Promise<StoredSession | undefined>;
    create(address: string, record: SessionRecord, lifetime: NewLifetime): Promise<'created' | 'exists'>;
    replace(address: string, record: SessionRecord, version: number, lifetime: Lifetime, writeId: string): Promise<'replaced' | 'conflict' | 'gone'>;
    touch(address: string, lifetime: Lifetime): Promise<'touched' | 'gone'>;
    delete(address: string, version?: number): Promise<'deleted' | 'conflict' | 'gone'>;
    sweep(_limit: number): Promise<number>;
}

export interface RedisStoreOptions {
    readonly client: RedisClient;
    readonly clientKind?: RedisClientKind;
    readonly prefix?: string;
    readonly graceMs?: number;
    readonly waitForReplicas?: ReplicaWait;
    readonly durable?: StoreCapabilities['durable'];
}

export interface ReplicaWait {
    readonly replicas?: number | 'auto';
    readonly timeoutMs?: number;
    readonly required?: boolean;
}

export declare function linkOf(client: unknown, kind: RedisClientKind | undefined): Link;
