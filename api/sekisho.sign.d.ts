// What `sekisho/sign` exports. Made by `npm run generate`.

export declare class Signer {
    #private;
    constructor(keyRing: KeyRing, purpose: string);
    sign(text: string): string;
    believes(text: string, given: string): boolean;
}

// Not exported, but part of the types above.

export interface Subkey {
    readonly id: Buffer;
    readonly name: string;
    readonly key: Buffer;
}
