// What `sekisho/seal` exports. Made by `npm run generate`.

export interface Opened {
    readonly plaintext: Buffer;
    readonly newest: boolean;
}

export interface SealContext {
    readonly purpose: string;
    readonly audience: string;
    readonly label: string;
}

export declare class Sealer {
    #private;
    constructor(ring: KeyRing, context: SealContext);
    static sealedLength(plaintextBytes: number): number;
    seal(plaintext: Buffer): string;
    open(text: string): Opened | undefined;
}

// Not exported, but part of the types above.

export interface Subkey {
    readonly id: Buffer;
    readonly name: string;
    readonly key: Buffer;
}
