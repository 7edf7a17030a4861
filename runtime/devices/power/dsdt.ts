import {
  type Aml,
  busNumbers,
  device,
  dma,
  eisaId,
  fixedMemory,
  integer,
  ioPorts,
  irq,
  memoryRange,
  named,
  packageOf,
  portRange,
  resources,
  scope,
  string,
} from './aml.ts';
import { generationDevice, generationEvent } from './dsdt-generation.ts';
import { type ProcessorChip, processorEvent, processorObjects, processorPorts } from './dsdt-processors.ts';
import { type HotPlugChip, hotPlugEvent, hotPlugObjects, hotPlugPorts } from './dsdt-slots.ts';
import { SleepType } from './registers.ts';

/** A serial or parallel port. */
export interface SerialPort {
  readonly base: number;
  readonly irq: number;
}

export interface DsdtOptions {
  /** The first address that is neither RAM nor reserved: PCI memory begins there. */
  readonly pciMemoryStart: number;
  /** The IRQ of each PIRQ A-D. */
  readonly pirqRoutes: readonly number[];
  readonly serialPorts: readonly SerialPort[];
  /** Left out: there is none. */
  readonly parallelPort?: SerialPort;
  /** The ports of fw_cfg. */
  readonly fwCfgPorts: { readonly first: number; readonly count: number };
  /** Where the HPET is; left out: there is none. */
  readonly hpetAddress?: number;
  /** Where the generation ID is; left out: there is none. */
  readonly generationIdAddress?: number;
  readonly hotPlug: HotPlugChip;
  /** Left out: processors do not come and go. */
  readonly processorChip?: ProcessorChip | undefined;
}

const HPET_BYTES = 0x400;
/** The end of PCI memory: APICs and firmware are above. */
const PCI_MEMORY_LAST = 0xfebfffff;

/** The devices of a PC that cannot be enumerated: the PCI root with its address windows and interrupts, and the ISA devices. */
export function dsdtCode(options: DsdtOptions): Uint8Array {
  const root = device(
    'PCI0',
    named('_HID', eisaId('PNP0A03')),
    named('_ADR', integer(0)),
    named('_UID', integer(0)),
    named('_CRS', rootResources(options.pciMemoryStart)),
    named('_PRT', interruptRoutes(options.pirqRoutes)),
    device('ISA', named('_ADR', integer(0x00010000)), ...isaDevices(options)),
    ...hotPlugPorts(options.hotPlug),
    ...hotPlugObjects(options.hotPlug),
    ...(options.processorChip ? [processorPorts(options.processorChip)] : []),
  );
  const processors = options.processorChip ? [processorObjects(options.processorChip)] : [];
  const { generationIdAddress } = options;
  const generation = generationIdAddress === undefined ? [] : [generationDevice(generationIdAddress)];
  const system = scope('\\_SB', root, ...hpet(options), firmwareConfiguration(options), ...generation, ...processors);
  const events = [
    ...hotPlugEvent(),
    ...(options.processorChip ? processorEvent() : []),
    ...(generation.length > 0 ? generationEvent() : []),
  ];
  return Uint8Array.from([...system, ...events, ...sleepStates()]);
}

/** By which drivers find fw_cfg (QEMU, docs/specs/fw_cfg.rst, "ACPI"); present, but not shown to users. */
function firmwareConfiguration({ fwCfgPorts: { first, count } }: DsdtOptions): Aml {
  return device(
    'FWCF',
    named('_HID', string('QEMU0002')),
    named('_STA', integer(0x0b)),
    named('_CRS', resources(ioPorts(first, count))),
  );
}

function hpet({ hpetAddress }: DsdtOptions): Aml[] {
  return hpetAddress === undefined ? [] : [isaDevice('HPET', 'PNP0103', 0, fixedMemory(hpetAddress, HPET_BYTES))];
}

/** \_S3, \_S4 and \_S5: SLP_TYP for PM1a and PM1b control. */
function sleepStates(): Aml {
  const { suspendToRam, suspendToDisk, softOff } = SleepType;
  return [sleepState('\\_S3', suspendToRam), sleepState('\\_S4', suspendToDisk), sleepState('\\_S5', softOff)].flat();
}

function sleepState(name: string, type: number): Aml {
  return named(name, packageOf(integer(type), integer(type), integer(0), integer(0)));
}

function rootResources(pciMemoryStart: number): Aml {
  return resources(
    busNumbers(0, 0xff),
    ioPorts(0xcf8, 8),
    portRange(0, 0xcf7),
    portRange(0xd00, 0xffff),
    memoryRange(0xa0000, 0xbffff),
    memoryRange(pciMemoryStart, PCI_MEMORY_LAST),
  );
}

/** Pins of devices one after the other rotate through the PIRQs, whose IRQs are fixed. */
function interruptRoutes(pirqRoutes: readonly number[]): Aml {
  const routes: Aml[] = [];
  for (let number = 1; number < 32; number++) {
    for (let pin = 0; pin < 4; pin++) {
      const route = pirqRoutes[(number - 1 + pin) & 3];
      routes.push(packageOf(integer(number * 0x10000 + 0xffff), integer(pin), integer(0), integer(route)));
    }
  }
  return packageOf(...routes);
}

function isaDevices({ serialPorts, parallelPort }: DsdtOptions): Aml[] {
  const printers = parallelPort ? [parallelPort] : [];
  return [
    isaDevice('RTC', 'PNP0B00', 0, ioPorts(0x70, 2), irq(8)),
    isaDevice('KBD', 'PNP0303', 0, ioPorts(0x60, 1), ioPorts(0x64, 1), irq(1)),
    isaDevice('MOU', 'PNP0F13', 0, irq(12)),
    isaDevice('FDC', 'PNP0700', 0, ioPorts(0x3f2, 4), ioPorts(0x3f7, 1), irq(6), dma(2)),
    ...serialPorts.map(({ base, irq: number }, index) =>
      isaDevice(`COM${index + 1}`, 'PNP0501', index + 1, ioPorts(base, 8), irq(number)),
    ),
    ...printers.map(({ base, irq: number }) => isaDevice('LPT1', 'PNP0400', 1, ioPorts(base, 3), irq(number))),
  ];
}

function isaDevice(name: string, id: string, unique: number, ...descriptors: Aml[]): Aml {
  return device(
    name,
    named('_HID', eisaId(id)),
    named('_UID', integer(unique)),
    named('_CRS', resources(...descriptors)),
  );
}
