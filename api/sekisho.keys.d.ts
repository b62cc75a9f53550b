// What `sekisho/keys` exports. Made by `npm run generate`.

export interface KeyFileWatch {
    reload(): boolean;
    close(): void;
}

export interface KeyFileWatchOptions {
    readonly every?: number;
    readonly onError?: (error: unknown) => void;
}

export declare function generateSecret(): string;

export declare function readKeyFile(path: string): KeyRing;

export declare function watchKeyFile(path: string, ring: KeyRing, options?: KeyFileWatchOptions): KeyFileWatch;

// Not exported, but part of the types above.

export interface Subkey {
    readonly id: Buffer;
    readonly name: string;
    readonly key: Buffer;
}
