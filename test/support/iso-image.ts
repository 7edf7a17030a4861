const BLOCK = 2048;
/** Where its parts are. The catalog has the place of the descriptors' terminator: nobody but firmware reads them. */
const place = { primary: 16, bootRecord: 17, terminator: 18, catalog: 19, code: 20 } as const;

/** The beginning of a descriptor of ISO 9660. */
function descriptor(type: number): Uint8Array {
  const bytes = new Uint8Array(BLOCK);
  bytes.set([type, ...Buffer.from('CD001'), 1]);
  return bytes;
}

function bootRecord(): Uint8Array {
  const bytes = descriptor(0);
  bytes.set(Buffer.from('EL TORITO SPECIFICATION'), 7);
  new DataView(bytes.buffer).setUint32(0x47, place.catalog, true);
  return bytes;
}

/** El Torito 1.0, 2: the validation entry, and one that boots `sectors` of 512 bytes without emulation. */
function catalog(sectors: number): Uint8Array {
  const bytes = new Uint8Array(64);
  const view = new DataView(bytes.buffer);
  bytes.set([1, 0]);
  bytes.set([0x55, 0xaa], 30);
  let sum = 0;
  for (let at = 0; at < 32; at += 2) sum += view.getUint16(at, true);
  view.setUint16(28, -sum, true);
  bytes[32] = 0x88;
  view.setUint16(38, sectors, true);
  view.setUint32(40, place.code, true);
  return bytes;
}

/** A CD that boots by El Torito without emulation: `code` is loaded at 7C00h. */
export function bootableIso(code: Uint8Array, blocks = 64): Uint8Array {
  const image = new Uint8Array(blocks * BLOCK);
  image.set(descriptor(1), place.primary * BLOCK);
  image.set(bootRecord(), place.bootRecord * BLOCK);
  image.set(descriptor(0xff), place.terminator * BLOCK);
  image.set(catalog(Math.ceil(code.length / 512)), place.catalog * BLOCK);
  image.set(code, place.code * BLOCK);
  return image;
}
