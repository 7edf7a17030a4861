/**
 * ACPI Machine Language (ACPI specification 2.0, 17 "AML specification") and resource descriptors (6.4), each as a
 * function that gives its bytes.
 */
export type Aml = readonly number[];

const Op = {
  name: 0x08,
  byte: 0x0a,
  word: 0x0b,
  dword: 0x0c,
  string: 0x0d,
  scope: 0x10,
  buffer: 0x11,
  package: 0x12,
  dualName: 0x2e,
  multiName: 0x2f,
} as const;
const DEVICE = [0x5b, 0x82];
const PROCESSOR = [0x5b, 0x83];

/** The low `count` bytes of a value, low first. */
export function littleEndian(value: number, count: number): number[] {
  return Array.from({ length: count }, (_, byte) => Math.floor(value / 2 ** (8 * byte)) & 0xff);
}

export function ascii(text: string): number[] {
  return Array.from(text, (character) => character.charCodeAt(0));
}

/** A name of at most four characters, or a path such as `\SEG.SEG`. */
export function nameString(name: string): Aml {
  const root = name.startsWith('\\');
  const segments = name.slice(root ? 1 : 0).split('.');
  const prefix = segments.length === 1 ? [] : segments.length === 2 ? [Op.dualName] : [Op.multiName, segments.length];
  return [...(root ? [0x5c] : []), ...prefix, ...segments.flatMap((segment) => ascii(segment.padEnd(4, '_')))];
}

/** An integer in as few bytes as it fits in. */
export function integer(value: number): Aml {
  if (value <= 1) return [value];
  if (value <= 0xff) return [Op.byte, value];
  return value <= 0xffff ? [Op.word, ...littleEndian(value, 2)] : [Op.dword, ...littleEndian(value, 4)];
}

/** A text of ASCII characters. */
export function string(text: string): Aml {
  return [Op.string, ...ascii(text), 0];
}

/** A length in one byte, or in more with 4 bits in the first one. */
export function packageLength(length: number): Aml {
  if (length < 0x40) return [length];
  const extra = length < 0x1000 ? 1 : 2;
  return [(extra << 6) | (length & 0xf), ...littleEndian(length >> 4, extra)];
}

/** A package length, which counts itself, before what it counts. */
export function sized(content: Aml): Aml {
  const own = [1, 2, 3].find((own) => packageLength(content.length + own).length === own)!;
  return [...packageLength(content.length + own), ...content];
}

export function scope(name: string, ...terms: Aml[]): Aml {
  return [Op.scope, ...sized([...nameString(name), ...terms.flat()])];
}

export function device(name: string, ...terms: Aml[]): Aml {
  return [...DEVICE, ...sized([...nameString(name), ...terms.flat()])];
}

/** A processor with this number in the MADT, and without a register block. */
export function processor(name: string, number: number, ...terms: Aml[]): Aml {
  const noBlock = [0, 0, 0, 0, 0];
  return [...PROCESSOR, ...sized([...nameString(name), number, ...noBlock, ...terms.flat()])];
}

export function named(name: string, value: Aml): Aml {
  return [Op.name, ...nameString(name), ...value];
}

export function packageOf(...elements: Aml[]): Aml {
  return [Op.package, ...sized([elements.length, ...elements.flat()])];
}

export function buffer(bytes: Aml): Aml {
  return [Op.buffer, ...sized([...integer(bytes.length), ...bytes])];
}

/** A Plug and Play identifier such as PNP0A03, compressed. */
export function eisaId(id: string): Aml {
  const [a, b, c] = ascii(id).map((code) => code - 0x40);
  const product = Number.parseInt(id.slice(3), 16);
  return [Op.dword, (a << 2) | (b >> 3), ((b & 7) << 5) | c, product >> 8, product & 0xff];
}

/** A buffer of resource descriptors, with its end tag. */
export function resources(...descriptors: Aml[]): Aml {
  return buffer([...descriptors.flat(), 0x79, 0x00]);
}

/** A fixed range of ports, 16-bit decode. */
export function ioPorts(base: number, length: number): Aml {
  return [0x47, 1, ...littleEndian(base, 2), ...littleEndian(base, 2), 1, length];
}

/** Memory at a fixed place, which cannot be written as memory can (registers). */
export function fixedMemory(base: number, length: number): Aml {
  return [0x86, ...littleEndian(9, 2), 0, ...littleEndian(base, 4), ...littleEndian(length, 4)];
}

/** An edge-triggered interrupt, active high. */
export function irq(number: number): Aml {
  return [0x22, ...littleEndian(1 << number, 2)];
}

/** An 8-bit channel of the ISA DMA controllers. */
export function dma(channel: number): Aml {
  return [0x2a, 1 << channel, 0];
}

const Space = { memory: 0, io: 1, bus: 2 } as const;

/** Range flags: what a bridge passes on, with both ends fixed. */
const PRODUCER_FIXED = 0x0c;

function addressRange(type: number, flags: number, bytes: 2 | 4, first: number, last: number): Aml {
  const tag = bytes === 2 ? 0x88 : 0x87;
  const values = [0, first, last, 0, last - first + 1].flatMap((value) => littleEndian(value, bytes));
  return [tag, ...littleEndian(values.length + 3, 2), type, PRODUCER_FIXED, flags, ...values];
}

export function busNumbers(first: number, last: number): Aml {
  return addressRange(Space.bus, 0, 2, first, last);
}

/** Ports that a bridge passes on, ISA and others alike. */
export function portRange(first: number, last: number): Aml {
  return addressRange(Space.io, 3, 2, first, last);
}

/** Memory that a bridge passes on, read and write. */
export function memoryRange(first: number, last: number): Aml {
  return addressRange(Space.memory, 1, 4, first, last);
}
