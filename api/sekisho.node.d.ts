// What `sekisho/node` exports. Made by `npm run generate`.

export interface NodeListenerOptions {
    readonly lock?: RouteLock<IncomingMessage>;
    readonly onHandlerError?: 'drop' | 'commit';
    readonly onError?: (error: unknown, req: IncomingMessage) => void;
}

export type NodeSessionHandler<S extends object> = (req: IncomingMessage, res: ServerResponse, session: S) => unknown;

export declare function nodeListener<S extends object>(sessions: SessionSource<S>, handler: NodeSessionHandler<S>, options?: NodeListenerOptions): (req: IncomingMessage, res: ServerResponse) => void;

// Not exported, but part of the types above.

export type RouteLock<R> = LockOptions | ((request: R) => LockOptions | undefined);
