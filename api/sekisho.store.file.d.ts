// What `sekisho/store/file` exports. Made by `npm run generate`.

export declare class FileStore implements SessionStore {
    #private;
    readonly capabilities: StoreCapabilities;
    readonly textual = true;
    readonly principals: PrincipalIndex;
    readonly locks: LeaseLock;
    readonly transfer: SessionTransfer;
    constructor(options: FileStoreOptions, internals?: FileStoreInternals);
    ready(): Promise<void>;
    read(address: string, lent?: boolean): StoredSession | undefined;
    create(address: string, record: SessionRecord, lifetime: NewLifetime): Promise<'created' | 'exists'>;
    replace(address: string, record: SessionRecord, version: number, lifetime: Lifetime, writeId: string): Promise<'replaced' | 'conflict' | 'gone'>;
    touch(address: string, lifetime: Lifetime): Promise<'touched' | 'gone'>;
    delete(address: string, version?: number): Promise<'deleted' | 'conflict' | 'gone'>;
    sweep(limit: number): Promise<number>;
    close(): void;
}

export interface FileStoreInternals {
    readonly fs?: FileSystem;
    readonly lockMaxAgeMs?: number;
}

export interface FileStoreOptions {
    readonly directory: string;
    readonly durability?: 'process' | 'machine';
    readonly allowNetworkFileSystem?: boolean;
    readonly lockTimeoutMs?: number;
    readonly sweepGraceMs?: number;
    readonly maxRecordBytes?: number;
    readonly now?: () => number;
}

// Not exported, but part of the types above.

export interface FileStatus {
    readonly mode: number;
    readonly uid: number;
    readonly gid: number;
    readonly size: number;
    readonly ino: number;
    readonly mtimeMs: number;
    readonly ctimeMs: number;
    isFile(): boolean;
    isDirectory(): boolean;
    isSymbolicLink(): boolean;
}

export interface FileSystem {
    open(path: string, flags: number, mode?: number): number;
    close(fd: number): void;
    read(fd: number, buffer: Uint8Array, offset: number, length: number, position: number): number;
    write(fd: number, buffer: Uint8Array, offset: number, length: number): number;
    fstat(fd: number): FileStatus;
    lstat(path: string): FileStatus;
    futimes(fd: number, atime: number, mtime: number): void;
    chmod(path: string, mode: number): void;
    link(existing: string, path: string): void;
    unlink(path: string): void;
    rename(from: string, to: string): void;
    mkdir(path: string, mode: number): void;
    rmdir(path: string): void;
    statfs(path: string): {
        readonly type: number;
    };
    fsync(fd: number): Promise<void>;
    readdir(path: string): Promise<string[]>;
}
