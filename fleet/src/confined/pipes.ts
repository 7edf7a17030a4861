/** Descriptors of a confined process: its words go to whoever started it. Orders come on its standard input. */
export const WORDS = 3;
/** A wrapper reads a filter of system calls from here. */
export const FILTER = 4;
