/** Numbers of structure types (SMBIOS 2.8, section 7). */
export const Type = {
  bios: 0,
  system: 1,
  board: 2,
  chassis: 3,
  processor: 4,
  oemStrings: 11,
  memoryArray: 16,
  memoryDevice: 17,
  memoryMapped: 19,
  boot: 32,
  end: 127,
} as const;

/** A field of a structure: bytes of a number, low byte first, a text, or bytes as they are. */
export type Field = readonly [bytes: 1 | 2 | 4 | 8, value: number] | string | Uint8Array;

/**
 * A structure with its texts behind it (6.1.2, 6.1.3). An empty text has the number 0.
 * @param handle what others call it by
 * @param unnamed texts that no field has
 */
export function structure(
  type: number,
  handle: number,
  fields: readonly Field[],
  unnamed: readonly string[] = [],
): Uint8Array {
  const texts = [...unnamed];
  const textNumber = (text: string): number[] => {
    if (text === '') return [0];
    if (!texts.includes(text)) texts.push(text);
    return [texts.indexOf(text) + 1];
  };
  const bytesOf = (field: Field): readonly number[] => {
    if (typeof field === 'string') return textNumber(field);
    return field instanceof Uint8Array ? [...field] : littleEndian(...field);
  };
  const formatted = fields.flatMap(bytesOf);
  const header = [type, formatted.length + 4, ...littleEndian(2, handle)];
  const behind = texts.length === 0 ? [0, 0] : [...texts.flatMap((text) => [...ascii(text), 0]), 0];
  return Uint8Array.from([...header, ...formatted, ...behind]);
}

export const ascii = (text: string): number[] => Array.from(text, (character) => character.charCodeAt(0));

export function littleEndian(bytes: number, value: number): number[] {
  return Array.from({ length: bytes }, (_, n) => Math.floor(value / 256 ** n) % 256);
}
