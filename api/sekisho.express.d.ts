// What `sekisho/express` exports. Made by `npm run generate`.

export type SessionMiddleware = (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => void;

export interface SessionMiddlewareOptions {
    readonly lock?: RouteLock<IncomingMessage>;
    readonly property?: string;
    readonly onUnavailable?: 'answer' | 'next';
    readonly onHandlerError?: 'drop' | 'commit';
    readonly onError?: (error: unknown, req: IncomingMessage) => void;
}

export type WithSession<Data extends object, Property extends string = 'session', S extends SessionData<Data> = Session<Data>> = {
    readonly [P in Property]: S;
};

export declare function sessionMiddleware<S extends object>(sessions: SessionSource<S>, options?: SessionMiddlewareOptions): SessionMiddleware;

export declare function sessionOf<S extends object>(req: IncomingMessage, sessions: SessionSource<S>): S;

// Not exported, but part of the types above.

export type RouteLock<R> = LockOptions | ((request: R) => LockOptions | undefined);
