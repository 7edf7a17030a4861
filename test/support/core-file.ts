/** A segment of an ELF core file, with its bytes. */
export interface LoadedSegment {
  readonly virtual: number;
  readonly physical: number;
  readonly bytes: Uint8Array;
}

export interface CoreFile {
  readonly segments: readonly LoadedSegment[];
  /** The notes, by who made them: those of all processors, one after the other. */
  readonly notes: ReadonlyMap<string, Uint8Array>;
}

/** Reads a core file with addresses of 64 bits (ELF-64 Object File Format, version 1.5). */
export function readCoreFile(file: Uint8Array): CoreFile {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const long = (at: number) => Number(view.getBigUint64(at, true));
  const [headers, headerBytes, count] = [long(32), view.getUint16(54, true), view.getUint16(56, true)];
  const segments: LoadedSegment[] = [];
  let notes: ReadonlyMap<string, Uint8Array> = new Map();
  for (let n = 0; n < count; n++) {
    const at = headers + n * headerBytes;
    const [offset, virtual, physical, length] = [8, 16, 24, 32].map((field) => long(at + field)) as [
      number,
      number,
      number,
      number,
    ];
    const bytes = file.subarray(offset, offset + length);
    if (view.getUint32(at, true) === 4) notes = readNotes(bytes);
    else segments.push({ virtual, physical, bytes });
  }
  return { segments, notes };
}

function readNotes(bytes: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const notes = new Map<string, Uint8Array>();
  const aligned = (length: number) => (length + 3) & ~3;
  for (let at = 0; at < bytes.length; ) {
    const [nameBytes, length] = [view.getUint32(at, true), view.getUint32(at + 4, true)];
    const first = at + 12 + aligned(nameBytes);
    const name = Buffer.from(bytes.subarray(at + 12, at + 12 + nameBytes - 1)).toString('latin1');
    notes.set(
      name,
      Buffer.concat(
        [notes.get(name) ?? [], bytes.subarray(first, first + length)].map((part) => Uint8Array.from(part)),
      ),
    );
    at = first + aligned(length);
  }
  return notes;
}
