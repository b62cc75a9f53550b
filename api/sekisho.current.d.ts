// What `sekisho/current` exports. Made by `npm run generate`.

export interface CurrentSessions<Data extends object> extends Sessions<Data> {
    current(): Session<Data>;
    run<T>(session: Session<Data>, work: () => T): T;
}

export declare function withCurrent<Data extends object>(sessions: Sessions<Data>): CurrentSessions<Data>;

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
