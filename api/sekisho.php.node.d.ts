// What `sekisho/php/node` exports. Made by `npm run generate`.

export interface FilesOptions {
    readonly flock: Flock;
    readonly waitMs?: number;
    readonly acceptExpired?: boolean;
}

export type Flock = (fd: number, kind: 'exclusive' | 'shared') => Awaitable<boolean>;

export interface FsExt {
    flockSync(fd: number, flags: 'exnb' | 'shnb'): void;
}

export interface Koffi {
    load(path: string | null): {
        func(definition: string): (...values: number[]) => unknown;
    };
    errno(): number;
}

export interface PhpAdapterOptions {
    readonly onHandlerError?: 'drop' | 'commit';
    readonly finishWithin?: number;
    readonly onError?: (error: unknown, req: IncomingMessage) => void;
}

export interface PhpExpressOptions extends PhpAdapterOptions {
    readonly property?: string;
}

export interface PhpFileRowsOptions {
    readonly savePath: string;
    readonly flock: Flock;
    readonly waitMs?: number;
    readonly maxLifetime?: number;
}

export type PhpHandler = (req: IncomingMessage, res: ServerResponse, session: PhpSession) => unknown;

export interface PhpNodeSessions extends PhpSessions {
    node(handler: PhpHandler, options?: PhpAdapterOptions): (req: IncomingMessage, res: ServerResponse) => void;
    express(options?: PhpExpressOptions): SessionMiddleware;
    of(req: IncomingMessage): PhpSession;
}

export declare class UploadProgress implements FormEvents {
    #private;
    constructor(sessions: PhpSessions, request: PhpRequest, contentLength: number);
    get signal(): AbortSignal;
    get settled(): Promise<void>;
    received(octets: number): void;
    field(name: string, value: string): void;
    fileStart(field: string, filename: string): void;
    fileData(length: number): void;
    fileEnd(): void;
    end(): void;
}

export declare function files(options: FilesOptions): SaveHandlerModule;

export declare function fsExtFlock(fsExt: FsExt): Flock;

export declare function koffiFlock(koffi: Koffi): Flock;

export declare function phpFileRows(options: PhpFileRowsOptions): RowStore<Uint8Array>;

export declare function phpSessions(ini: PhpIni, options?: PhpSessionOptions): PhpNodeSessions;

export declare function programFlock(program?: string): Flock;

export declare function uploadOf(req: IncomingMessage): UploadProgress | undefined;

// Not exported, but part of the types above.

export interface FormEvents {
    field(name: string, value: string): void;
    fileStart(field: string, filename: string): void;
    fileData(length: number): void;
    fileEnd(): void;
}
