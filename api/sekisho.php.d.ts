// What `sekisho/php` exports. Made by `npm run generate`.

export type Awaitable<T> = T | Promise<T>;

export type CookieArguments = readonly [
    path?: string | null,
    domain?: string | null,
    secure?: boolean | null,
    httponly?: boolean | null
];

export interface CookieParams {
    readonly lifetime: number;
    readonly path: string;
    readonly domain: string;
    readonly secure: boolean;
    readonly partitioned?: boolean;
    readonly httponly: boolean;
    readonly samesite: string;
}

export interface DestroyOptions {
    readonly cookie?: boolean;
}

export interface Directive<T = unknown> {
    readonly safe: T;
    readonly classic?: T;
    readonly atRuntime: boolean;
    readonly since?: number;
    readonly kind: DirectiveKind<T>;
    readonly meaning: string;
}

export type DirectiveName = keyof DirectiveValues;

export type DirectiveValues = Readonly<Record<TextDirective, string> & Record<NumberDirective, number> & Record<SwitchDirective, boolean>>;

export type IniInput = string | number | boolean;

export interface IniProblem {
    readonly name: string;
    readonly message: string;
    readonly isDeprecation: boolean;
}

export interface IniView {
    get<N extends keyof DirectiveValues>(name: N): DirectiveValues[N];
    get(name: string): string | number | boolean | undefined;
    readonly allocatesAtStart: boolean;
    createId(): string;
    warn(message: string): void;
}

export declare class LinkRewriter {
    #private;
    constructor(options: LinkRewriterOptions);
    carry(variables: LinkRewriterOptions['variables']): void;
    push(chunk: Uint8Array): Uint8Array;
    end(): Uint8Array;
}

export interface LinkRewriterOptions {
    readonly variables: readonly (readonly [
        name: string,
        value: string
    ])[];
    readonly tags?: string;
    readonly hosts?: string;
    readonly host?: string | undefined;
    readonly separator?: string;
    readonly isClassic?: boolean;
    readonly maxTag?: number;
}

export interface MemoryRecord {
    readonly data: Uint8Array;
    usedAt: number;
}

export declare class MemorySessions implements SaveHandlerModule {
    #private;
    readonly name = "memory";
    readonly records: Map<string, MemoryRecord>;
    constructor({ lockWait, now }?: MemorySessionsOptions);
    create(settings: IniView): SaveHandler;
    put(id: string, data: Uint8Array): void;
    find(id: string, maxLifetime: number): MemoryRecord | undefined;
    touch(id: string): boolean;
    sweep(maxLifetime: number): number;
    lock(id: string): Promise<void>;
    unlock(id: string): void;
}

export interface MemorySessionsOptions {
    readonly lockWait?: number;
    readonly now?: () => number;
}

export type NoticeCode = 'already-active' | 'start-after-headers' | 'option-failed' | 'no-module' | 'no-serializer' | 'open-failed' | 'read-failed' | 'decode-failed' | 'decode-refused' | 'record-kept' | 'encode-nothing' | 'encode-failed' | 'key-skipped' | 'write-failed' | 'user-write-failed' | 'changed-late' | 'handler-said' | 'handler-result' | 'recursion' | 'destroy-inactive' | 'destroy-failed' | 'regenerate-inactive' | 'regenerate-after-headers' | 'regenerate-destroy-failed' | 'regenerate-write-failed' | 'decode-inactive' | 'gc-inactive' | 'create-id-prefix' | 'create-id-failed' | 'cookie-after-headers' | 'cookie-partitioned' | 'cookie-name' | 'limiter-after-headers' | 'name-active' | 'name-sent' | 'id-active' | 'id-sent' | 'module-active' | 'module-sent' | 'module-missing' | 'handler-active' | 'handler-sent' | 'callbacks-deprecated' | 'path-active' | 'path-sent' | 'limiter-active' | 'limiter-sent' | 'expire-active' | 'expire-sent' | 'params-active' | 'params-sent' | 'params-without-cookies' | 'params-key' | 'ini-active' | 'ini-sent' | 'ini-refused' | 'ini-deprecated' | 'old-id';

export type NoticeLevel = 'notice' | 'warning' | 'deprecated';

export type NumberDirective = 'session.gc_probability' | 'session.gc_divisor' | 'session.gc_maxlifetime' | 'session.cookie_lifetime' | 'session.cache_expire' | 'session.sid_length' | 'session.sid_bits_per_character' | 'session.upload_progress.min_freq';

export interface PageHeaders {
    readonly contentType: string | undefined;
    readonly contentEncoding: string | undefined;
}

export interface PhpAnswer {
    readonly headersSent: boolean;
    getHeader(name: string): number | string | readonly string[] | undefined;
    setHeader(name: string, value: string | readonly string[]): unknown;
    removeHeader(name: string): void;
}

export declare class PhpArray extends PhpMap<PhpValue> {
    static of(...values: PhpValue[]): PhpArray;
    static from(entries: Iterable<readonly [
        key: PhpKey,
        value: PhpValue
    ]>): PhpArray;
    push(value: PhpValue): number | bigint;
    get isList(): boolean;
    protected keyFor(key: PhpKey): PhpKey;
}

export interface PhpBehaviour {
    readonly php: number;
    readonly isSafe: boolean;
}

export declare class PhpBytes {
    readonly octets: Uint8Array;
    constructor(octets: Uint8Array);
}

export declare class PhpCustom {
    #private;
    readonly className: string;
    constructor(className: string, content: Uint8Array | PhpValue);
    get octets(): Uint8Array | undefined;
    get value(): PhpValue | undefined;
}

export declare class PhpDecodeError extends SekishoError {
    readonly offset: number;
    constructor(problem: string, offset: number);
}

export declare class PhpEncodeError extends SekishoUsageError {
    constructor(problem: string);
}

export interface PhpEncodeOptions extends PhpWriteOptions {
    readonly onSkip?: (name: PhpKey) => void;
}

export declare class PhpEnum {
    readonly enumName: string;
    readonly caseName: string;
    constructor(enumName: string, caseName: string);
}

export declare class PhpFloat {
    readonly value: number;
    constructor(value: number);
    valueOf(): number;
    toJSON(): number;
}

export type PhpFormat = 'php' | 'php_binary' | 'php_serialize';

export type PhpIni = {
    readonly [N in DirectiveName]?: IniInput;
} & {
    readonly [other: string]: IniInput | undefined;
};

export type PhpKey = number | bigint | string;

export interface PhpLimits {
    readonly maxBytes?: number;
    readonly maxDepth?: number;
    readonly maxElements?: number;
}

export declare abstract class PhpMap<Value> implements Iterable<[
    key: PhpKey,
    value: Value
]> {
    #private;
    protected abstract keyFor(key: PhpKey): PhpKey;
    get size(): number;
    has(key: PhpKey): boolean;
    get(key: PhpKey): Value | undefined;
    set(key: PhpKey, value: Value): this;
    delete(key: PhpKey): boolean;
    clear(): void;
    reference(key: PhpKey): PhpReference<Value> | undefined;
    bind(key: PhpKey, reference: PhpReference<Value>): this;
    assign(other: PhpMap<Value>): this;
    keys(): IterableIterator<PhpKey>;
    values(): IterableIterator<Value>;
    entries(): IterableIterator<[
        key: PhpKey,
        value: Value
    ]>;
    [Symbol.iterator](): IterableIterator<[
        key: PhpKey,
        value: Value
    ]>;
}

export interface PhpNotice {
    readonly level: NoticeLevel;
    readonly code: NoticeCode;
    readonly function: string;
    readonly message: string;
}

export declare class PhpObject extends PhpMap<PhpValue> {
    readonly className: string;
    constructor(className?: string, properties?: Iterable<readonly [
        name: PhpKey,
        value: PhpValue
    ]>);
    static nameOf(owner: string, property: string): string;
    protected keyFor(key: PhpKey): PhpKey;
}

export type PhpPreset = 'safe' | 'classic' | '8.2' | '8.4' | '8.5' | '8.6';

export interface PhpRedisOptions {
    readonly client: RedisClient;
    readonly clientKind?: RedisClientKind;
    readonly prefix?: string;
    readonly timeoutMs?: number;
}

export interface PhpRedisRowsOptions extends PhpRedisOptions {
    readonly waitMs?: number;
}

export declare class PhpReference<Value> {
    value: Value;
    constructor(value: Value);
}

export interface PhpRequest {
    readonly url?: string | undefined;
    readonly headers: {
        readonly [name: string]: string | readonly string[] | undefined;
    };
    readonly query?: unknown;
    readonly body?: unknown;
}

export declare class PhpSession {
    #private;
    constructor(around: Surroundings, request: PhpRequest, answer: PhpAnswer);
    get vars(): SessionVariables;
    set vars(vars: SessionVariables);
    php(name: string): PhpValue | undefined;
    get isSafe(): boolean;
    get sid(): string | undefined;
    get notices(): readonly PhpNotice[];
    get transSid(): {
        readonly name: string;
        readonly id: string;
    } | undefined;
    start(options?: StartOptions): Promise<boolean>;
    writeClose(): Promise<boolean>;
    commit(): Promise<boolean>;
    abort(): Promise<boolean>;
    reset(): Promise<boolean>;
    destroy({ cookie }?: DestroyOptions): Promise<boolean>;
    unset(): boolean;
    regenerateId(deleteOldSession?: boolean): Promise<boolean>;
    createId(prefix?: string): Promise<string | false>;
    gc(): Promise<number | false>;
    encode(): Uint8Array | false;
    decode(data: Uint8Array | string): Promise<boolean>;
    status(): SessionStatus;
    id(): string;
    id(next: string): string | false;
    name(next?: string): string | false;
    savePath(next?: string): string | false;
    moduleName(next?: string): string | false;
    cacheLimiter(next?: string): string | false;
    cacheExpire(next?: number): number | false;
    getCookieParams(): CookieParams;
    setCookieParams(params: number | Readonly<Record<string, unknown>>, ...others: CookieArguments): boolean;
    setSaveHandler(handler: UserSaveHandler, registerShutdown?: boolean): boolean;
    setSaveHandler(...callbacks: SaveHandlerCallbacks): boolean;
    iniGet<N extends DirectiveName>(name: N): DirectiveValues[N];
    iniGet(name: string): IniInput | undefined;
    iniSet(name: string, value: IniInput): IniInput | false;
    registerShutdown(work?: ShutdownWork): void;
    finish({ write, holdsHead, }?: {
        readonly write?: boolean;
        readonly holdsHead?: boolean;
    }): Promise<void>;
    noticeLateChanges(): void;
    keepCookie(): void;
    get isUnfinished(): boolean;
}

export interface PhpSessionOptions {
    readonly php?: PhpPreset;
    readonly modules?: readonly SaveHandlerModule[];
    readonly onNotice?: (notice: PhpNotice) => void;
    readonly forwardFor?: number;
    readonly rolling?: boolean;
    readonly regenerateEvery?: number;
    readonly now?: () => number;
    readonly random?: () => number;
    readonly modified?: (request: PhpRequest) => number | undefined;
}

export interface PhpSessions {
    create(request: PhpRequest, answer: PhpAnswer): PhpSession;
    readonly startsAlone: boolean;
    readonly surroundings: Surroundings;
}

export type PhpSharing = Required<Pick<SessionOptions<object>, 'store' | 'transport' | 'rotation' | 'lifetime' | 'codec'>>;

export interface PhpSharingOptions {
    readonly rows: RowStore<Uint8Array>;
    readonly format?: PhpFormat;
    readonly cookie?: CookieOptions;
    readonly principal?: string | PrincipalVariable;
    readonly maxLifetime?: number;
    readonly absolute?: number;
    readonly forwardFor?: number;
    readonly variable?: string;
    readonly dataVersion?: number;
    readonly development?: boolean;
}

export type PhpValue = null | boolean | number | bigint | PhpFloat | string | PhpBytes | PhpArray | PhpObject | PhpEnum | PhpCustom;

export interface PhpWriteOptions extends PhpLimits {
    readonly serializePrecision?: number;
}

export interface PrincipalVariable {
    readonly name: string;
    readonly type: 'string' | 'int';
}

export declare class RecordedAnswer implements PhpAnswer {
    #private;
    headersSent: boolean;
    getHeader(name: string): readonly string[] | undefined;
    setHeader(name: string, value: string | readonly string[]): void;
    removeHeader(name: string): void;
    get lines(): string[];
}

export interface RedisHandlerOptions extends PhpRedisOptions {
    readonly locking?: boolean;
    readonly lockWaitMs?: number;
    readonly lockExpireMs?: number;
}

export interface ResolvedIni extends PhpBehaviour {
    readonly values: ReadonlyMap<string, IniInput>;
    readonly problems: readonly IniProblem[];
}

export interface SaveHandler {
    open(savePath: string, name: string): Awaitable<boolean>;
    close(): Awaitable<boolean>;
    read(id: string): Awaitable<Uint8Array | false>;
    write(id: string, data: Uint8Array): Awaitable<boolean>;
    destroy(id: string): Awaitable<boolean>;
    gc(maxLifetime: number): Awaitable<number | false>;
    createSid?(): Awaitable<string>;
    validateId?(id: string): Awaitable<boolean>;
    updateTimestamp?(id: string, data: Uint8Array): Awaitable<boolean>;
}

export type SaveHandlerCallbacks = readonly [
    open: UserSaveHandler['open'],
    close: UserSaveHandler['close'],
    read: UserSaveHandler['read'],
    write: UserSaveHandler['write'],
    destroy: UserSaveHandler['destroy'],
    gc: UserSaveHandler['gc'],
    createSid?: NonNullable<UserSaveHandler['createSid']>,
    validateSid?: NonNullable<UserSaveHandler['validateId']>,
    updateTimestamp?: NonNullable<UserSaveHandler['updateTimestamp']>
];

export declare class SaveHandlerFailure extends Error {
    constructor(message: string, options?: ErrorOptions);
}

export interface SaveHandlerModule {
    readonly name: string;
    create(settings: IniView): SaveHandler;
}

export type SessionStatus = 'disabled' | 'none' | 'active';

export type SessionVariables = Record<string, unknown>;

export type ShutdownWork = () => void | Promise<void>;

export type StartOptions = {
    readonly [N in DirectiveName as N extends `session.${infer Option}` ? Option : never]?: IniInput;
} & {
    readonly read_and_close?: IniInput;
};

export interface Surroundings {
    readonly ini: ResolvedIni;
    readonly modules: ReadonlyMap<string, SaveHandlerModule>;
    readonly onNotice: (notice: PhpNotice) => void;
    readonly now: () => number;
    readonly random: () => number;
    readonly forwardFor: number;
    readonly rolling: boolean;
    readonly regenerateEvery: number;
    readonly modified: (request: PhpRequest) => number | undefined;
}

export type SwitchDirective = 'session.auto_start' | 'session.cookie_secure' | 'session.cookie_partitioned' | 'session.cookie_httponly' | 'session.use_cookies' | 'session.use_only_cookies' | 'session.use_strict_mode' | 'session.use_trans_sid' | 'session.lazy_write' | 'session.upload_progress.enabled' | 'session.upload_progress.cleanup';

export type TextDirective = 'session.save_path' | 'session.name' | 'session.save_handler' | 'session.serialize_handler' | 'session.cookie_path' | 'session.cookie_domain' | 'session.cookie_samesite' | 'session.referer_check' | 'session.cache_limiter' | 'session.trans_sid_tags' | 'session.trans_sid_hosts' | 'session.upload_progress.prefix' | 'session.upload_progress.name' | 'session.upload_progress.freq';

export interface UserSaveHandler extends Omit<SaveHandler, 'read'> {
    read(id: string): Awaitable<Uint8Array | string | false>;
}

export declare function createPhpSession(ini: PhpIni, request: PhpRequest, options?: PhpSessionOptions & {
    readonly answer?: PhpAnswer;
}): PhpSession;

export declare function createSessionId(length: number, bits: number): string;

export declare function decodeVars(format: PhpFormat, octets: Uint8Array, limits?: PhpLimits): PhpArray;

export declare function definePhpSessions(ini: PhpIni, options?: PhpSessionOptions): PhpSessions;

export declare const directives: {
    readonly [N in DirectiveName]: Directive<DirectiveValues[N]>;
};

export declare function encodeVars(format: PhpFormat, vars: PhpArray, options?: PhpEncodeOptions): Uint8Array;

export declare const headersOfBody: readonly string[];

export declare function isPage({ contentType, contentEncoding }: PageHeaders, isClassic?: boolean): boolean;

export declare function linkRewriterStream(options: LinkRewriterOptions): TransformStream<Uint8Array, Uint8Array>;

export declare function memorySessions(options?: MemorySessionsOptions): MemorySessions;

export declare function noticeText({ level, function: name, message }: PhpNotice): string;

export declare function phpRedisRows(options: PhpRedisRowsOptions): RowStore<Uint8Array>;

export declare function redis(options: RedisHandlerOptions): SaveHandlerModule;

export declare function rewriteAddress(address: string, options: LinkRewriterOptions): string;

export declare function serialize(value: PhpValue, options?: PhpWriteOptions): Uint8Array;

export declare function sharedWithPhp(options: PhpSharingOptions): PhpSharing;

export declare function toJs(value: PhpValue): unknown;

export declare function toPhp(value: unknown): PhpValue;

export declare function unserialize(octets: Uint8Array, limits?: PhpLimits): PhpValue;

// Not exported, but part of the types above.

export interface DirectiveKind<T> {
    readonly expected: string;
    read(input: IniInput, context: ReadingContext): Reading<T>;
}

export type Reading<T> = {
    readonly value: T;
    readonly deprecated?: string | undefined;
} | {
    readonly refused: string;
    readonly silent?: boolean;
    readonly deprecated?: string | undefined;
} | {
    readonly ignored: true;
    readonly deprecated?: undefined;
};

export interface ReadingContext {
    readonly name: string;
    readonly php: number;
    readonly isSafe: boolean;
}

export interface Subkey {
    readonly id: Buffer;
    readonly name: string;
    readonly key: Buffer;
}
