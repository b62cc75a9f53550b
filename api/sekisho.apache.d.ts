// What `sekisho/apache` exports. Made by `npm run generate`.

export interface AgeRules {
    readonly maxAge?: number;
    readonly updateInterval?: number;
}

export type ApacheCipher = 'aes128' | 'aes192' | 'aes256' | '3des192';

export interface ApacheCookie {
    readonly name: string;
    readonly attributes: string;
}

export declare class ApacheSession {
    #private;
    expiry: bigint;
    static decode(encoded: string): ApacheSession;
    merge(encoded: string): void;
    get size(): number;
    get isEmpty(): boolean;
    has(key: string): boolean;
    get(key: string): string | undefined;
    octets(key: string): Buffer | undefined;
    set(key: string, value: string | Uint8Array): this;
    delete(key: string): boolean;
    [Symbol.iterator](): IterableIterator<[
        key: string,
        value: string
    ]>;
    copy(): ApacheSession;
    encode(): string;
}

export interface Begun {
    readonly session: ApacheSession;
    readonly isNew: boolean;
    readonly hasExpired: boolean;
}

export interface CookieLifetime {
    readonly maxAge?: number;
}

export interface Derivation {
    readonly passphrase: Buffer;
    readonly salt: Buffer;
    readonly octets: number;
}

export interface DerivationLimits {
    readonly running?: number;
    readonly waiting?: number;
}

export declare class DerivationQueue {
    #private;
    constructor({ running, waiting }?: DerivationLimits);
    derive({ passphrase, salt, octets }: Derivation, isUrgent?: boolean): Promise<Buffer>;
}

export interface Ending {
    readonly session: ApacheSession;
    readonly isChanged: boolean;
    readonly begunMaxAge?: number;
}

export interface FoundCookie {
    readonly value: string | undefined;
    readonly isAmbiguous: boolean;
    readonly others: string | undefined;
}

export type KeepReason = 'expired' | 'unchanged' | 'fresh';

export interface OpenedSession {
    readonly encoded: string;
    readonly isNewest: boolean;
}

export interface PassphraseUse {
    readonly keyId: string;
    readonly opened: number;
    readonly lastOpenedAt: number | undefined;
}

export interface PathRules {
    readonly include?: readonly string[];
    readonly exclude?: readonly string[];
}

export declare class SessionCrypto {
    #private;
    constructor(options: SessionCryptoOptions);
    replace(passphrases: readonly (string | Uint8Array)[]): void;
    usage(): PassphraseUse[];
    seal(encoded: string): Promise<string>;
    open(sealed: string): Promise<OpenedSession | undefined>;
}

export interface SessionCryptoOptions {
    readonly passphrases: readonly (string | Uint8Array)[];
    readonly cipher?: ApacheCipher;
    readonly purpose?: string;
    readonly maxLength?: number;
    readonly cachedKeys?: number;
    readonly queue?: DerivationQueue;
}

export interface SignedSession {
    readonly id: string;
    readonly signedAt: number;
}

export interface SignedSessionOptions {
    readonly maxAge?: number;
    readonly now?: () => number;
}

export type Verdict = {
    readonly kind: 'keep';
    readonly reason: KeepReason;
} | {
    readonly kind: 'write';
    readonly expiry: bigint;
    readonly maxAge: number;
};

export declare function beginSession(found: string | ApacheSession | undefined, { maxAge }: AgeRules, now: bigint): Begun;

export declare const defaultAttributes = "HttpOnly;Secure;Version=1";

export declare function endSession(ending: Ending, rules: AgeRules, now: bigint): Verdict;

export declare function findCookie(header: string | undefined, name: string): FoundCookie;

export declare function isIncluded(path: string, { include, exclude }: PathRules): boolean;

export declare function mergeHeader(session: ApacheSession, values: readonly string[]): ApacheSession | undefined;

export declare function parseCookieName(text: string): ApacheCookie;

export declare function removeCookie({ name, attributes }: ApacheCookie): string;

export declare function setCookie(cookie: ApacheCookie, value: string, { maxAge }?: CookieLifetime): string;

export declare function signSession(id: string, keyRing: KeyRing, now?: number): string;

export declare function verifySignedSession(value: string | undefined, keyRing: KeyRing, { maxAge, now }?: SignedSessionOptions): SignedSession | undefined;

// Not exported, but part of the types above.

export interface Subkey {
    readonly id: Buffer;
    readonly name: string;
    readonly key: Buffer;
}
