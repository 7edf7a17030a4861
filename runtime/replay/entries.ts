import type { Delivery } from '../host/messages.ts';
import { ByteReader, ByteWriter, RecordingDamage } from './bytes.ts';
import { readValue, type Value, writeValue } from './values.ts';

/** Where a machine is: instructions that have run, and virtual nanoseconds. */
export interface Moment {
  readonly instructions: number;
  readonly time: number;
}

/** An entry of a recording, in the order of time. */
export type Entry =
  | (Moment & Delivery)
  /** The state at that moment: a checksum of each part. */
  | (Moment & { readonly type: 'mark'; readonly checksums: readonly number[] })
  /** Nothing else happened until here. */
  | (Moment & { readonly type: 'reached' });

const kinds: readonly Entry['type'][] = ['input', 'answer', 'mark', 'reached'];

/** An entry, with its length in front. */
export function encodeEntry(entry: Entry): Uint8Array {
  const writer = new ByteWriter();
  writer.u8(kinds.indexOf(entry.type));
  writer.f64(entry.instructions);
  writer.f64(entry.time);
  writeRest(writer, entry);
  const framed = new ByteWriter();
  framed.bytes(writer.take());
  return framed.take();
}

function writeRest(writer: ByteWriter, entry: Entry): void {
  switch (entry.type) {
    case 'input':
      writer.f64(entry.at);
      writer.text(entry.port);
      writeValue(writer, entry.value as Value);
      break;
    case 'answer':
      writer.f64(entry.id);
      writeValue(writer, entry.answer as Value);
      break;
    case 'mark':
      writer.u32(entry.checksums.length);
      for (const checksum of entry.checksums) writer.u32(checksum);
  }
}

/** All entries. The last one is left out where only a part of it is there. Throws RecordingDamage. */
export function decodeEntries(bytes: Uint8Array): Entry[] {
  const reader = new ByteReader(bytes);
  const entries: Entry[] = [];
  while (reader.left >= 4) {
    const framed = wholeEntry(reader);
    if (framed === null) break;
    entries.push(checkedOrder(decodeEntry(new ByteReader(framed)), entries.at(-1)));
  }
  return entries;
}

function wholeEntry(reader: ByteReader): Uint8Array | null {
  try {
    return reader.bytes();
  } catch (error) {
    if (error instanceof RecordingDamage) return null;
    throw error;
  }
}

function checkedOrder(entry: Entry, before: Entry | undefined): Entry {
  const { instructions, time } = entry;
  const isAfter = instructions >= (before?.instructions ?? 0) && time >= (before?.time ?? 0);
  if (!Number.isSafeInteger(instructions) || !isAfter) throw new RecordingDamage('its parts are not in order');
  return entry;
}

function decodeEntry(reader: ByteReader): Entry {
  const type = kinds[reader.u8()];
  const moment = { instructions: reader.f64(), time: reader.f64() };
  switch (type) {
    case 'input':
      return { type, ...moment, at: reader.f64(), port: reader.text(), value: readValue(reader) };
    case 'answer':
      return { type, ...moment, id: reader.f64(), answer: readValue(reader) };
    case 'mark':
      return { type, ...moment, checksums: Array.from({ length: checkedCount(reader) }, () => reader.u32()) };
    case 'reached':
      return { type, ...moment };
  }
  throw new RecordingDamage('it has a part of an unknown kind');
}

function checkedCount(reader: ByteReader): number {
  const count = reader.u32();
  if (count * 4 > reader.left) throw new RecordingDamage('a part ends too early');
  return count;
}
