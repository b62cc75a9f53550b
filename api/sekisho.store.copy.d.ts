// What `sekisho/store/copy` exports. Made by `npm run generate`.

export declare class CopyInterruptedError extends SekishoError {
    readonly progress: CopyProgress;
    constructor(side: 'from' | 'to', progress: CopyProgress, cause: unknown);
}

export interface CopyOptions {
    readonly cursor?: string;
    readonly pageSize?: number;
    readonly concurrency?: number;
    readonly onProgress?: (progress: CopyProgress) => Awaitable<void>;
    readonly signal?: AbortSignal;
}

export interface CopyProgress {
    readonly copied: number;
    readonly kept: number;
    readonly scanned: number;
    readonly estimate: number;
    readonly cursor?: string;
}

export declare function copySessions(from: SessionStore, to: SessionStore, options?: CopyOptions): Promise<CopyProgress>;
