// What `sekisho/current` exports. Made by `npm run generate`.

export type CurrentSessions<T extends Definition> = T & {
    current(): SessionOf<T>;
    run<R>(session: SessionOf<T>, work: () => R): R;
};

export declare function withCurrent<T extends Definition>(sessions: T): CurrentSessions<T>;

// Not exported, but part of the types above.

export interface AnswerHeaders {
    getSetCookie?(): string[];
    get(name: string): string | null;
    set(name: string, value: string): void;
    append(name: string, value: string): void;
}

type Definition = SessionSource<object> & {
    close(): Promise<void>;
};

export type RequestHeaders = {
    get(name: string): string | null;
} | {
    readonly [name: string]: string | readonly string[] | undefined;
};

type SessionOf<T> = T extends SessionSource<infer S> ? S : never;
