// What `sekisho/store/memory` exports. Made by `npm run generate`.

export declare class MemoryStore implements SessionStore {
    #private;
    readonly capabilities: StoreCapabilities;
    readonly textual = true;
    readonly principals: MemoryPrincipals;
    readonly locks: MemoryLocks;
    readonly transfer: MemoryTransfer;
    constructor(options?: MemoryStoreOptions);
    read(address: string, lent?: boolean): StoredSession | undefined;
    create(address: string, record: SessionRecord, lifetime: NewLifetime): 'created' | 'exists';
    replace(address: string, record: SessionRecord, version: number, lifetime: Lifetime, writeId: string): 'replaced' | 'conflict' | 'gone';
    touch(address: string, lifetime: Lifetime): 'touched' | 'gone';
    delete(address: string, version?: number): 'deleted' | 'conflict' | 'gone';
    sweep(limit: number): number;
}

export interface MemoryStoreOptions {
    readonly maxSessions?: number;
    readonly maxBytes?: number;
    readonly sweepGraceMs?: number;
    readonly now?: () => number;
}

// Not exported, but part of the types above.

export interface IndexClock {
    readonly now: () => number;
    readonly graceMs: number;
}

export declare class MemoryLocks implements LeaseLock {
    #private;
    constructor(now: () => number);
    get size(): number;
    acquire(address: string, owner: string, leaseMs: number): boolean;
    renew(address: string, owner: string, leaseMs: number): boolean;
    release(address: string, owner: string): void;
}

export declare class MemoryPrincipals implements PrincipalIndex {
    #private;
    constructor(clock: IndexClock);
    get size(): number;
    epoch(principal: string): number;
    raiseEpoch(principal: string): number;
    add(principal: string, address: string, expiresInMs: number): void;
    remove(principal: string, address: string): void;
    list(principal: string): readonly string[];
}

export declare class MemoryTransfer implements SessionTransfer {
    #private;
    constructor(host: TransferHost);
    estimate(): number;
    scan(cursor: string | undefined, limit: number): TransferPage;
    restore(address: string, stored: StoredSession): 'restored' | 'kept';
}

export interface TransferHost {
    readonly now: () => number;
    readonly sessions: ReadonlyMap<string, unknown>;
    readonly read: (address: string) => StoredSession | undefined;
    readonly put: (address: string, stored: StoredSession) => void;
}
