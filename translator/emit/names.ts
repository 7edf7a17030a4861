/** State words below this are locals in a region. */
export const LOCAL_WORDS = 8;

/** The comment that an instruction begins with in a region's text, at the start of a line; the address is its group. */
export const INSTRUCTION_COMMENT = /^\/\*([0-9a-f]{8})\*\//gm;

/** A guest address in names and comments. */
export function hex(address: number): string {
  return (address >>> 0).toString(16).padStart(8, '0');
}
