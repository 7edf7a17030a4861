/** State words below this are locals in a region. */
export const LOCAL_WORDS = 8;

/** A guest address in names and comments. */
export function hex(address: number): string {
  return (address >>> 0).toString(16).padStart(8, '0');
}
