// What `sekisho/current` exports. Made by `npm run generate`.

export type CurrentSessions<T extends Definition> = T & {
    current(): SessionOf<T>;
    run<R>(session: SessionOf<T>, work: () => R): R;
};

export declare function withCurrent<T extends Definition>(sessions: T): CurrentSessions<T>;

// Not exported, but part of the types above.

type Definition = SessionSource<object> & {
    close(): Promise<void>;
};

type SessionOf<T> = T extends SessionSource<infer S> ? S : never;
