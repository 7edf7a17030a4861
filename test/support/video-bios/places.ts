/** Segment of a buffer that calls may write to, and one with a test font and text. */
export const BUFFER = 0x2000;
export const FONT = 0x3000;
/** Segment for saved state. */
export const STATE = 0x2800;
/** In the font's segment: text for write string. */
export const TEXT = 0x4000;

/** Port of the debug console, and of isa-debug-exit. */
export const CONSOLE_PORT = 0xe9;
export const EXIT_PORT = 0xf4;
