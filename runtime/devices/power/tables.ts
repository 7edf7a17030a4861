import { ascii } from './aml.ts';
import { type DsdtOptions, dsdtCode } from './dsdt.ts';
import { ENABLED, localApicEntry } from './dsdt-processors.ts';
import { AcpiImage, RSDP_BYTES, setChecksum } from './image.ts';
import { GPE0, GPE0_PORT, Register, SCI_IRQ, Smi } from './registers.ts';

export interface AcpiTablesOptions extends DsdtOptions {
  /** I/O base of the power management registers. */
  readonly powerBase: number;
  /** Left out: there are none. */
  readonly apics?: ApicDescription;
}

/** The local APICs of the processors, and the I/O APIC. */
export interface ApicDescription {
  /** IDs of the local APICs, by processor. */
  readonly localIds: readonly number[];
  /** Processors that may come later. */
  readonly absent: ReadonlySet<number>;
  readonly localAddress: number;
  readonly ioAddress: number;
  /** IRQs whose input has another number, or is level-triggered. They are active high. */
  readonly overrides: readonly { readonly irq: number; readonly input: number; readonly level: boolean }[];
}

const OEM_ID = 'RAWIRN';
const OEM_TABLE_ID = 'RAWIRON ';
const CREATOR = 'RAWI';
const HEADER_BYTES = 36;
/** Where a table has its checksum, and the RSDP. */
const CHECKSUM = 9;
const RSDP_CHECKSUM = 8;
const RSDT_POINTER = 16;

/** All tables of a machine (ACPI specification 2.0, 5.2): an RSDP, and a blob with FACS, DSDT, FADT, others and RSDT. */
export function buildAcpiTables(options: AcpiTablesOptions): AcpiImage {
  const image = new AcpiImage();
  const facsAt = image.add(facs());
  const dsdtAt = image.add(table('DSDT', 1, dsdtCode(options)));
  const fadtAt = image.add(table('FACP', 3, fadtContent(options.powerBase, facsAt, dsdtAt)));
  image.link(
    'tables',
    FADT_POINTERS.map((at) => fadtAt + at),
  );
  image.sum('tables', fadtAt + CHECKSUM, fadtAt, FADT_BYTES);
  const listed = [fadtAt, ...optionalTables(options).map((bytes) => image.add(bytes))];
  const content = fields(
    4 * listed.length,
    listed.map((at, n): FieldValue => [4 * n, 4, at]),
  );
  const rsdtAt = image.add(table('RSDT', 1, content));
  image.link(
    'tables',
    listed.map((_, n) => rsdtAt + HEADER_BYTES + 4 * n),
  );
  image.sum('tables', rsdtAt + CHECKSUM, rsdtAt, HEADER_BYTES + content.length);
  image.rsdp.set(rsdp(rsdtAt));
  image.link('rsdp', [RSDT_POINTER]);
  image.sum('rsdp', RSDP_CHECKSUM, 0, RSDP_BYTES);
  return image;
}

/** The tables that the RSDT has beside the FADT. */
function optionalTables({ apics, hpetAddress }: AcpiTablesOptions): Uint8Array[] {
  const tables = apics ? [table('APIC', 1, madtContent(apics))] : [];
  if (hpetAddress !== undefined) tables.push(table('HPET', 1, hpetContent(hpetAddress)));
  return tables;
}

/** The capabilities of QEMU's HPET: Intel, three timers of 64 bits, legacy replacement. */
const HPET_ID = 0x8086a201;
/** HPET description table without its header (IA-PC HPET specification 1.0a, 3.2.4): registers in memory. */
function hpetContent(address: number): Uint8Array {
  return fields(20, [
    [0, 4, HPET_ID],
    [8, 4, address],
  ]);
}

/** Offset, bytes and value of a field. */
type FieldValue = readonly [offset: number, bytes: 1 | 2 | 4, value: number];

function fields(length: number, values: readonly FieldValue[]): Uint8Array {
  const content = new Uint8Array(length);
  for (const [offset, size, value] of values) {
    for (let byte = 0; byte < size; byte++) content[offset + byte] = value >>> (8 * byte);
  }
  return content;
}

/** A table with its header (5.2.5). */
function table(signature: string, revision: number, content: Uint8Array): Uint8Array {
  const length = HEADER_BYTES + content.length;
  const bytes = fields(length, [
    [4, 4, length],
    [8, 1, revision],
    [24, 4, 1],
    [32, 4, 1],
  ]);
  bytes.set(ascii(signature), 0);
  bytes.set(ascii(OEM_ID), 10);
  bytes.set(ascii(OEM_TABLE_ID), 16);
  bytes.set(ascii(CREATOR), 28);
  bytes.set(content, HEADER_BYTES);
  setChecksum(bytes, CHECKSUM);
  return bytes;
}

/** Root system description pointer of ACPI 1.0 (5.2.4). */
function rsdp(rsdtAt: number): Uint8Array {
  const bytes = fields(RSDP_BYTES, [[RSDT_POINTER, 4, rsdtAt]]);
  bytes.set(ascii('RSD PTR '), 0);
  bytes.set(ascii(OEM_ID), 9);
  setChecksum(bytes, RSDP_CHECKSUM);
  return bytes;
}

const FACS_BYTES = 64;

/** Where the FACS has the address at which a suspended system goes on, in real mode; 0: there is none. */
export const WAKING_VECTOR = 12;

/** Firmware ACPI control structure (5.2.9): the waking vector, and the global lock, which is unused. */
function facs(): Uint8Array {
  const bytes = fields(FACS_BYTES, [
    [4, 4, FACS_BYTES],
    [32, 1, 1],
  ]);
  bytes.set(ascii('FACS'), 0);
  return bytes;
}

const PREFERRED_PROFILE_DESKTOP = 1;
/** WBINVD works, C1 on all processors, no fixed sleep button, reset register. RTC_STS tells that the clock woke the machine. */
const FIXED_FLAGS = 0x0001 | 0x0004 | 0x0020 | 0x0400;
/** ISA devices, and a keyboard controller. */
const BOOT_ARCHITECTURE = 0x0001 | 0x0002;
/** Latencies above 100 and 1000 us: no C2, no C3. */
const NO_C2 = 101;
const NO_C3 = 1001;
const CENTURY = 0x32;
const RESET_PORT = 0xcf9;
const RESET_VALUE = 0x06;

const FADT_BYTES = 244;
/** FIRMWARE_CTRL, DSDT and the lower halves of their 64-bit successors. */
const FADT_POINTERS = [36, 40, 132, 140];

/** Fixed ACPI description table without its header (5.2.8); offsets are those of the specification less the header. */
function fadtContent(base: number, facsAt: number, dsdtAt: number): Uint8Array {
  const [event, control, timer] = [base + Register.status, base + Register.control, base + Register.timer];
  const values: FieldValue[] = [
    [36, 4, facsAt],
    [40, 4, dsdtAt],
    [45, 1, PREFERRED_PROFILE_DESKTOP],
    [46, 2, SCI_IRQ],
    [48, 4, Smi.command],
    [52, 1, Smi.acpiEnable],
    [53, 1, Smi.acpiDisable],
    [56, 4, event],
    [64, 4, control],
    [76, 4, timer],
    [80, 4, GPE0_PORT],
    [88, 1, 4],
    [89, 1, 2],
    [91, 1, 4],
    [92, 1, GPE0.bytes],
    [96, 2, NO_C2],
    [98, 2, NO_C3],
    [108, 1, CENTURY],
    [109, 2, BOOT_ARCHITECTURE],
    [112, 4, FIXED_FLAGS],
    ...ioAddress(116, 8, RESET_PORT),
    [128, 1, RESET_VALUE],
    [132, 4, facsAt],
    [140, 4, dsdtAt],
    ...ioAddress(148, 32, event),
    ...ioAddress(172, 16, control),
    ...ioAddress(208, 32, timer),
    ...ioAddress(220, 8 * GPE0.bytes, GPE0_PORT),
  ];
  const content = values.map(([offset, size, value]): FieldValue => [offset - HEADER_BYTES, size, value]);
  return fields(FADT_BYTES - HEADER_BYTES, content);
}

/** A generic address in I/O space (5.2.3.1), `bits` wide. */
function ioAddress(offset: number, bits: number, port: number): FieldValue[] {
  return [
    [offset, 1, 1],
    [offset + 1, 1, bits],
    [offset + 4, 4, port],
  ];
}

/** Structures of the MADT (5.2.11). */
const Structure = { ioApic: 1, override: 2, localNmi: 4 } as const;
const ALL_PROCESSORS = 0xff;
/** Active high, and edge or level. */
const EDGE_HIGH = 0x5;
const LEVEL_HIGH = 0xd;

/** Multiple APIC description table without its header: there are 8259s too, and their pin for NMI is LINT1. */
function madtContent({ localAddress, localIds, absent, ioAddress, overrides }: ApicDescription): Uint8Array {
  const structures = [
    ...localIds.map((id, processor) => localApicEntry(processor, id, absent.has(processor) ? 0 : ENABLED)),
    structure(Structure.ioApic, 12, [[4, 4, ioAddress]]),
    ...overrides.map(({ irq, input, level }) =>
      structure(Structure.override, 10, [
        [3, 1, irq],
        [4, 4, input],
        [8, 2, level ? LEVEL_HIGH : EDGE_HIGH],
      ]),
    ),
    structure(Structure.localNmi, 6, [
      [2, 1, ALL_PROCESSORS],
      [5, 1, 1],
    ]),
  ];
  const head = fields(8, [
    [0, 4, localAddress],
    [4, 4, 1],
  ]);
  return Uint8Array.from([head, ...structures].flatMap((part) => [...part]));
}

function structure(type: number, length: number, values: readonly FieldValue[]): Uint8Array {
  return fields(length, [[0, 1, type], [1, 1, length], ...values]);
}
