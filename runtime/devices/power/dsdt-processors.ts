import { type Aml, buffer, device, eisaId, integer, littleEndian, named, processor, scope, string } from './aml.ts';
import {
  argument,
  byteFields,
  doublewordFields,
  equal,
  exclusive,
  ifThen,
  LOCAL,
  method,
  mutex,
  notify,
  portRegion,
  reference,
  returned,
  serializedMethod,
  store,
  storeLocal,
  whileTrue,
} from './aml-code.ts';
import { chipsetPorts, Notification } from './dsdt-slots.ts';
import { CPU_HOT_PLUG_EVENT } from './registers.ts';

/** The chip for processors that come and go. */
export interface ProcessorChip {
  /** Its ports: selector, flags, command and data (docs/specs/acpi_cpu_hotplug.rst of QEMU). */
  readonly first: number;
  readonly count: number;
  /** IDs of the local APICs of all processors that there can be. */
  readonly localIds: readonly number[];
}

/** Flag of a processor in the MADT: it is there. */
export const ENABLED = 1;
const LOCAL_APIC = 0;
const LOCAL_APIC_BYTES = 8;

/** A processor's local APIC, as the MADT has it (ACPI specification 2.0, 5.2.11.5). */
export function localApicEntry(number: number, id: number, flags: number): Uint8Array {
  return Uint8Array.from([LOCAL_APIC, LOCAL_APIC_BYTES, number, id, ...littleEndian(flags, 4)]);
}

/** Commands to the chip. */
const Command = { nextEvent: 0, ostEvent: 1, ostStatus: 2 } as const;
/** Value of _STA: it is there, works, and is shown. */
const PRESENT = 0x0f;
const ONE = integer(1);
const ZERO = integer(0);

/** The field of a name among the chip's. */
const field = (name: string): string => `\\_SB.PCI0.PRES.${name}`;

/** The chip's ports and their fields. The first write of a zero turns the bitmap of earlier systems into these. */
export function processorPorts({ first, count }: ProcessorChip): Aml {
  return chipsetPorts(
    ...(['PRES', 'CPU Hotplug resources', first, count] as const),
    mutex('CPLK'),
    portRegion('PRST', first, count),
    byteFields('PRST', [null, 32], ['CPEN', 1], ['CINS', 1], ['CRMV', 1], ['CEJ0', 1], [null, 4], ['CCMD', 8]),
    doublewordFields('PRST', 'CSEL', null, 'CDAT'),
    serializedMethod('_INI', 0, store(ZERO, 'CSEL')),
  );
}

/**
 * Objects for processors that come and go: each that there can be, and the methods by which a system asks for those that something
 * happened to. Names are those of QEMU's tables.
 */
export function processorObjects({ localIds }: ProcessorChip): Aml {
  const numbers = localIds.keys().toArray();
  return device(
    'CPUS',
    named('_HID', string('ACPI0010')),
    named('_CID', eisaId('PNP0A05')),
    method('CTFY', 2, ...numbers.map(notifyProcessor)),
    serializedMethod(
      'CSTA',
      1,
      locked(
        store(argument(0), field('CSEL')),
        storeLocal(ZERO),
        ifThen(equal(reference(field('CPEN')), ONE), storeLocal(integer(PRESENT))),
      ),
      returned(LOCAL),
    ),
    serializedMethod('CEJ0', 1, locked(store(argument(0), field('CSEL')), store(ONE, field('CEJ0')))),
    serializedMethod('CSCN', 0, locked(storeLocal(ONE), whileTrue(equal(LOCAL, ONE), ...tellOfNext()))),
    serializedMethod(
      'COST',
      4,
      locked(
        store(argument(0), field('CSEL')),
        store(integer(Command.ostEvent), field('CCMD')),
        store(argument(1), field('CDAT')),
        store(integer(Command.ostStatus), field('CCMD')),
        store(argument(2), field('CDAT')),
      ),
    ),
    ...localIds.map((id, number) => processorObject(number, id)),
  );
}

function locked(...terms: Aml[]): Aml {
  return exclusive(field('CPLK'), ...terms);
}

/** Has the chip select the next processor that something happened to, and tells the system of it; the local variable says whether there is one. */
function tellOfNext(): Aml[] {
  return [
    store(integer(Command.nextEvent), field('CCMD')),
    storeLocal(ZERO),
    tellOf('CINS', Notification.deviceCheck),
    tellOf('CRMV', Notification.ejectRequest),
  ];
}

function tellOf(flag: string, notification: number): Aml {
  return ifThen(
    equal(reference(field(flag)), ONE),
    reference('CTFY', reference(field('CDAT')), integer(notification)),
    store(ONE, field(flag)),
    storeLocal(ONE),
  );
}

function nameOf(number: number): string {
  return `C${number.toString(16).toUpperCase().padStart(3, '0')}`;
}

function notifyProcessor(number: number): Aml {
  return ifThen(equal(argument(0), integer(number)), notify(nameOf(number), argument(1)));
}

/** The first processor cannot be ejected. */
function processorObject(number: number, id: number): Aml {
  const own = integer(number);
  return processor(
    nameOf(number),
    number,
    serializedMethod('_STA', 0, returned(reference('CSTA', own))),
    named('_MAT', buffer([...localApicEntry(number, id, ENABLED)])),
    ...(number === 0 ? [] : [method('_EJ0', 1, reference('CEJ0', own))]),
    serializedMethod('_OST', 3, reference('COST', own, argument(0), argument(1), argument(2))),
  );
}

/** The method that handles the event of processors. */
export function processorEvent(): Aml {
  return scope('\\_GPE', method(`_E0${CPU_HOT_PLUG_EVENT}`, 0, reference('\\_SB.CPUS.CSCN')));
}
