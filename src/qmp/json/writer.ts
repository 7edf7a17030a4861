/** A function of ECMAScript 2025's proposal "JSON.parse source text access", which the compiler doesn't know yet. */
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };

/**
 * The text of a value, in ASCII as QEMU writes it; bigints are integers.
 * @param isPretty in lines, with a member on each
 */
export function writeJson(value: unknown, isPretty = false): string {
  const written = (_: string, member: unknown) => (typeof member === 'bigint' ? rawJSON(`${member}`) : member);
  const text = isPretty ? withOpenEnds(JSON.stringify(value, written, 4)) : JSON.stringify(value, written);
  return text.replace(/[\u007f-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Moves the end of each empty object or list to a line of its own, as QEMU writes it. No line of a text ends so. */
function withOpenEnds(text: string): string {
  return text.replace(/^( *)(.*)([[{])([\]}],?)$/gm, '$1$2$3\n$1$4');
}
