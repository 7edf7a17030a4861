import { type ByteReader, type ByteWriter, RecordingDamage } from './bytes.ts';

/** A value that crosses the host door, as a recording keeps it. */
export type Value =
  | undefined
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | readonly Value[]
  | { readonly [name: string]: Value };

const Tag = { undefined: 0, null: 1, false: 2, true: 3, number: 4, text: 5, bytes: 6, list: 7, object: 8 } as const;
/** Values within values, at most. */
const DEEPEST = 16;

export function writeValue(writer: ByteWriter, value: Value): void {
  if (value === undefined) writer.u8(Tag.undefined);
  else if (value === null) writer.u8(Tag.null);
  else if (typeof value === 'boolean') writer.u8(value ? Tag.true : Tag.false);
  else if (typeof value === 'number') {
    writer.u8(Tag.number);
    writer.f64(value);
  } else if (typeof value === 'string') {
    writer.u8(Tag.text);
    writer.text(value);
  } else if (value instanceof Uint8Array) {
    writer.u8(Tag.bytes);
    writer.bytes(value);
  } else writeParts(writer, value);
}

function writeParts(writer: ByteWriter, value: readonly Value[] | { readonly [name: string]: Value }): void {
  if (Array.isArray(value)) {
    writer.u8(Tag.list);
    writer.u32(value.length);
    for (const part of value) writeValue(writer, part);
    return;
  }
  const parts = Object.entries(value);
  writer.u8(Tag.object);
  writer.u32(parts.length);
  for (const [name, part] of parts) {
    writer.text(name);
    writeValue(writer, part);
  }
}

/** Throws RecordingDamage where there is none. Bytes are part of the reader's memory. */
export function readValue(reader: ByteReader, depth = 0): Value {
  if (depth > DEEPEST) throw new RecordingDamage('values are too deep');
  const tag = reader.u8();
  switch (tag) {
    case Tag.undefined:
      return undefined;
    case Tag.null:
      return null;
    case Tag.false:
    case Tag.true:
      return tag === Tag.true;
    case Tag.number:
      return reader.f64();
    case Tag.text:
      return reader.text();
    case Tag.bytes:
      return reader.bytes();
    case Tag.list:
      return readList(reader, (): Value => readValue(reader, depth + 1));
    case Tag.object:
      return Object.fromEntries(readList(reader, () => [reader.text(), readValue(reader, depth + 1)] as const));
  }
  throw new RecordingDamage(`there is no value of the kind ${tag}`);
}

function readList<Part>(reader: ByteReader, read: () => Part): Part[] {
  const parts: Part[] = [];
  for (let left = reader.u32(); left > 0; left--) parts.push(read());
  return parts;
}
