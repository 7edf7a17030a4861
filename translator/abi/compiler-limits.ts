/** TurboFan compiles no function with more bytecode than this, in bytes. */
export const MOST_BYTECODE = 61_440;

/** Most instructions of a guest in one function, which has about 43 bytes of bytecode for each of them. */
export const MOST_INSTRUCTIONS = 1400;
