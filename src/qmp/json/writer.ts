/** Of ECMAScript 2025's proposal "JSON.parse source text access", which the compiler doesn't know yet. */
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };

/** The text of a value, in ASCII as QEMU writes it; bigints are integers. */
export function writeJson(value: unknown): string {
  const text = JSON.stringify(value, (_, member) => (typeof member === 'bigint' ? rawJSON(`${member}`) : member));
  return text.replace(/[\u007f-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
