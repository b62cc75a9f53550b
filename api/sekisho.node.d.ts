// What `sekisho/node` exports. Made by `npm run generate`.

export interface NodeListenerOptions {
    readonly lock?: RouteLock<IncomingMessage>;
    readonly onHandlerError?: 'drop' | 'commit';
    readonly onError?: (error: unknown, req: IncomingMessage) => void;
}

export type NodeSessionHandler<S extends object> = (req: IncomingMessage, res: ServerResponse, session: S) => unknown;

export declare function nodeListener<S extends object>(sessions: SessionSource<S>, handler: NodeSessionHandler<S>, options?: NodeListenerOptions): (req: IncomingMessage, res: ServerResponse) => void;

// Not exported, but part of the types above.

export interface AnswerHeaders {
    getSetCookie?(): string[];
    get(name: string): string | null;
    set(name: string, value: string): void;
    append(name: string, value: string): void;
}

export type RequestHeaders = {
    get(name: string): string | null;
} | {
    readonly [name: string]: string | readonly string[] | undefined;
};

export type RouteLock<R> = LockOptions | ((request: R) => LockOptions | undefined);
