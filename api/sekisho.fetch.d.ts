// What `sekisho/fetch` exports. Made by `npm run generate`.

export interface FetchHandlerOptions {
    readonly lock?: RouteLock<Request>;
    readonly onHandlerError?: 'drop' | 'commit';
    readonly onError?: (error: unknown, request: Request) => void;
}

export type FetchSessionHandler<S extends object, Rest extends unknown[]> = (request: Request, session: S, ...rest: Rest) => Response | Promise<Response>;

export declare function fetchHandler<S extends object, Rest extends unknown[] = [
]>(sessions: SessionSource<S>, handler: FetchSessionHandler<S, Rest>, options?: FetchHandlerOptions): (request: Request, ...rest: Rest) => Promise<Response>;

// Not exported, but part of the types above.

export type RouteLock<R> = LockOptions | ((request: R) => LockOptions | undefined);
