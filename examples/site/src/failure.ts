/** Why the site cannot open, in words for whoever started it: shown without a stack. */
export class Failure extends Error {}
