// What `sekisho/events` exports. Made by `npm run generate`.

export type RejectReason = 'ambiguous' | 'unsealable' | 'malformed-token' | 'malformed-record' | 'malformed-payload';

export type SessionEvent = keyof SessionEvents;

export interface SessionEvents {
    created: {
        readonly address: string;
        readonly principal: string | undefined;
    };
    loaded: {
        readonly address: string;
    };
    saved: {
        readonly address: string;
        readonly version: number;
    };
    conflict: {
        readonly address: string;
        readonly path: string;
    };
    superseded: {
        readonly address: string;
    };
    gone: {
        readonly address: string;
    };
    unavailable: {
        readonly address: string;
    };
    undeliverable: {
        readonly address: string | undefined;
    };
    late: {
        readonly address: string | undefined;
        readonly key: string | undefined;
    };
    rotated: {
        readonly address: string;
    };
    login: {
        readonly address: string;
        readonly principal: string;
        readonly generation: number;
    };
    destroyed: {
        readonly address: string;
        readonly by: 'logout' | 'revoke';
    };
    expired: {
        readonly address: string;
    };
    replay: {
        readonly address: string;
        readonly reason: 'grace-over' | 'unknown-secret' | 'revoked';
    };
    rejected: {
        readonly reason: RejectReason;
        readonly address: string | undefined;
    };
    invalid: {
        readonly address: string;
        readonly keys: readonly string[];
    };
    'old-key': {
        readonly keyId: string;
        readonly purpose: string;
    };
    'store-failure': {
        readonly verb: string;
        readonly error: unknown;
    };
    circuit: {
        readonly state: 'open' | 'closed';
        readonly error: unknown;
    };
    'sweep-stopped': {
        readonly reason: string;
    };
}

export declare const channels: {
    readonly [E in SessionEvent]: Channel<unknown, SessionEvents[E]>;
};
