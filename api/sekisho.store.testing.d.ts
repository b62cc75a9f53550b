// What `sekisho/store/testing` exports. Made by `npm run generate`.

export type DefineTest = (name: string, run: () => Promise<void>) => unknown;

export interface StoreContractOptions {
    open(): Awaitable<SessionStore>;
    reopen?(store: SessionStore): Awaitable<SessionStore>;
    readonly slack?: number;
    readonly sweepGraceMs?: number;
    wait?(ms: number): Awaitable<void>;
}

export declare function storeContract(test: DefineTest, options: StoreContractOptions): void;
