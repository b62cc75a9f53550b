// What `sekisho/csrf` exports. Made by `npm run generate`.

export interface CsrfGuard {
    check(request: SessionRequest): CsrfRefusal | undefined;
    token<Data extends object>(session: SessionData<Data>): string;
    checkToken<Data extends object>(session: SessionData<Data>, presented: unknown): CsrfRefusal | undefined;
}

export interface CsrfOptions {
    readonly origins?: readonly string[];
    readonly allowSameSite?: boolean;
    readonly allowNoOrigin?: boolean;
    readonly key?: string;
}

export type CsrfRefusal = 'cross-site' | 'same-site' | 'foreign-origin' | 'no-origin' | 'token';

export declare function csrfGuard(options?: CsrfOptions): CsrfGuard;
