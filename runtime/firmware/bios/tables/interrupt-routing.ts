import { setChecksum } from '../../../devices/power/image.ts';
import { type FieldValue, fields, putText } from './bytes.ts';

const HEADER_BYTES = 32;
const SLOT_BYTES = 16;
/** Devices on the bus that are described: the ISA bridge, number 1, and all slots for cards. */
const FIRST_DEVICE = 1;
const SLOTS = 31;
/** PIRQ A-D are known by the registers of the ISA bridge that route them. */
const LINK_OF_PIRQ_A = 0x60;
const ISA_BRIDGE = 1 << 3;
/** The PIIX3 is compatible with the PIIX, whose vendor and device these are. */
const COMPATIBLE_ROUTER = 0x122e8086;

/** Bytes of the slots, and where they begin in the table. */
export const routingSlots = { offset: HEADER_BYTES, bytes: SLOTS * SLOT_BYTES } as const;

/**
 * The table that tells which interrupt pins lead to which PIRQ ($PIR, Microsoft's PCI IRQ Routing Table Specification).
 * `routes`: IRQs of PIRQ A-D.
 */
export function interruptRoutingTable(routes: readonly number[]): Uint8Array {
  const irqs = routes.reduce((mask, irq) => mask | (1 << irq), 0);
  const length = HEADER_BYTES + SLOTS * SLOT_BYTES;
  const slots = Array.from({ length: SLOTS }, (_, n) => slot(n, irqs)).flat();
  const table = fields(length, [
    [4, 2, 0x0100],
    [6, 2, length],
    [9, 1, ISA_BRIDGE],
    [10, 2, 0],
    [12, 4, COMPATIBLE_ROUTER],
    ...slots,
  ]);
  putText(table, 0, '$PIR');
  setChecksum(table, 31);
  return table;
}

/** Pins INTA#-INTD# of device n + 1 rotate through the PIRQs. Devices after the bridge are in numbered slots. */
function slot(n: number, irqs: number): FieldValue[] {
  const at = HEADER_BYTES + n * SLOT_BYTES;
  const device = FIRST_DEVICE + n;
  const pins = [0, 1, 2, 3].flatMap((pin): FieldValue[] => [
    [at + 2 + 3 * pin, 1, LINK_OF_PIRQ_A + ((device - 1 + pin) & 3)],
    [at + 3 + 3 * pin, 2, irqs],
  ]);
  return [[at + 1, 1, device << 3], ...pins, [at + 14, 1, n]];
}
