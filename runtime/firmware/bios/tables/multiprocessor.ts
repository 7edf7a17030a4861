import { MOST_PROCESSORS } from '../../../cpu/topology.ts';
import { setChecksum } from '../../../devices/power/image.ts';
import { type FieldValue, fields, joined, putText } from './bytes.ts';

/** The machine's interrupt controllers, as the table describes them. */
export interface MultiprocessorOptions {
  readonly localAddress: number;
  readonly ioAddress: number;
  /** IRQs whose input has another number, or is triggered by level. */
  readonly overrides: readonly { readonly irq: number; readonly input: number; readonly level: boolean }[];
  /** IRQs of PIRQ A-D. */
  readonly pirqRoutes: readonly number[];
}

const OEM = 'RAWIRON ';
const PRODUCT = 'PC          ';
const POINTER_BYTES = 16;
const HEADER_BYTES = 44;
const PROCESSOR_BYTES = 20;
/** For the entries of further processors, which POST makes: it moves the header there. */
export const MP_SPARE_BYTES = (MOST_PROCESSORS - 1) * PROCESSOR_BYTES;
const IO_APIC_ID = 0;
const LOCAL_APIC_ID = 0;
const PCI_BUS = 0;
const LAST_DEVICE = 31;
const ISA_BUS = 1;
const ALL_LOCAL_APICS = 0xff;
/** Polarity and trigger mode: as the bus has them; active high and by level. */
const CONFORMS = 0;
const HIGH_LEVEL = 0x0d;
const Entry = { processor: 0, bus: 1, ioApic: 2, interrupt: 3, localInterrupt: 4 } as const;
const Kind = { vectored: 0, nmi: 1, external: 3 } as const;

/**
 * Floating pointer and configuration table (MultiProcessor Specification 1.4) for `address`, which must be a multiple of 16; between them is
 * room for the entries of further processors.
 */
export function multiprocessorTables(address: number, options: MultiprocessorOptions): Uint8Array {
  const pointer = fields(POINTER_BYTES, [
    [4, 4, address + POINTER_BYTES + MP_SPARE_BYTES],
    [8, 1, POINTER_BYTES / 16],
    [9, 1, 4],
  ]);
  putText(pointer, 0, '_MP_');
  setChecksum(pointer, 10);
  return joined([pointer, new Uint8Array(MP_SPARE_BYTES), configuration(options)]);
}

function configuration(options: MultiprocessorOptions): Uint8Array {
  const entries = [
    processor(),
    bus(PCI_BUS, 'PCI   '),
    bus(ISA_BUS, 'ISA   '),
    fields(8, [
      [0, 1, Entry.ioApic],
      [1, 1, IO_APIC_ID],
      [2, 1, 0x11],
      [3, 1, 1],
      [4, 4, options.ioAddress],
    ]),
    ...pciInterrupts(options),
    ...isaInterrupts(options),
    interrupt(Entry.localInterrupt, Kind.external, CONFORMS, ISA_BUS, 0, ALL_LOCAL_APICS, 0),
    interrupt(Entry.localInterrupt, Kind.nmi, CONFORMS, ISA_BUS, 0, ALL_LOCAL_APICS, 1),
  ];
  const body = joined(entries);
  const header = fields(HEADER_BYTES, [
    [4, 2, HEADER_BYTES + body.length],
    [6, 1, 4],
    [34, 2, entries.length],
    [36, 4, options.localAddress],
  ]);
  putText(header, 0, 'PCMP');
  putText(header, 8, OEM);
  putText(header, 16, PRODUCT);
  const table = joined([header, body]);
  setChecksum(table, 7);
  return table;
}

/** The first processor: enabled, the one that boots. POST puts the signature and features of CPUID there; a processor without CPUID has these. */
function processor(): Uint8Array {
  return fields(PROCESSOR_BYTES, [
    [0, 1, Entry.processor],
    [1, 1, LOCAL_APIC_ID],
    [2, 1, 0x14],
    [3, 1, 0x01],
    [4, 4, 0x600],
    [8, 4, 0x201],
  ]);
}

function bus(id: number, name: string): Uint8Array {
  const bytes = fields(8, [
    [0, 1, Entry.bus],
    [1, 1, id],
  ]);
  putText(bytes, 2, name);
  return bytes;
}

function interrupt(
  entry: number,
  kind: number,
  flags: number,
  source: number,
  sourceIrq: number,
  target: number,
  input: number,
): Uint8Array {
  const values: FieldValue[] = [entry, kind].map((value, n) => [n, 1, value]);
  const rest: FieldValue[] = [source, sourceIrq, target, input].map((value, n) => [4 + n, 1, value]);
  return fields(8, [...values, [2, 2, flags], ...rest]);
}

/** Pins of devices 1-31: device << 2 | pin is the source. */
function pciInterrupts({ pirqRoutes }: MultiprocessorOptions): Uint8Array[] {
  const devices = Array.from({ length: LAST_DEVICE }, (_, n) => n + 1);
  return devices.flatMap((device) =>
    [0, 1, 2, 3].map((pin) => {
      const irq = pirqRoutes[(device - 1 + pin) & 3]!;
      return interrupt(Entry.interrupt, Kind.vectored, HIGH_LEVEL, PCI_BUS, (device << 2) | pin, IO_APIC_ID, irq);
    }),
  );
}

/** IRQs that are not PCI's. */
function isaInterrupts({ overrides, pirqRoutes }: MultiprocessorOptions): Uint8Array[] {
  const irqs = Array.from({ length: 16 }, (_, irq) => irq).filter((irq) => irq !== 2 && !pirqRoutes.includes(irq));
  return irqs.map((irq) => {
    const { input = irq, level = false } = overrides.find((override) => override.irq === irq) ?? {};
    const flags = level ? HIGH_LEVEL : CONFORMS;
    return interrupt(Entry.interrupt, Kind.vectored, flags, ISA_BUS, irq, IO_APIC_ID, input);
  });
}
