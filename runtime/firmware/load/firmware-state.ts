import type { BootWrite, PortWrite } from './boot.ts';
import { handlers } from './handlers.ts';
import type { HandlerName } from './interrupt-handlers.ts';

/** Where the handlers are: in the BIOS's own area, real-mode segment F000h. That of an NMI is where it was in the IBM PC/AT. */
const SEGMENT = 0xf000;
const NMI = 0xe2c3;
const NMI_VECTOR = 0x02;
const VECTORS = 256;
/** IRET, which is all that the handler of an NMI does. */
const RETURN = 0xcf;
/** Vectors of IRQ 0-7 and IRQ 8-15, as the IBM PC/AT's firmware programs them. */
const MASTER_VECTOR = 0x08;
const SLAVE_VECTOR = 0x70;

/** Real-mode handlers that acknowledge the interrupt and return, and the table that leads to them. */
export function interruptHandlers(): BootWrite[] {
  const { start, bytes, offsets } = handlers();
  const table = new DataView(new ArrayBuffer(VECTORS * 4));
  for (let vector = 0; vector < VECTORS; vector++) {
    const handler: HandlerName =
      vector >> 3 === MASTER_VECTOR >> 3 ? 'master' : vector >> 3 === SLAVE_VECTOR >> 3 ? 'slave' : 'nothing';
    table.setUint16(4 * vector, offsets[handler], true);
    table.setUint16(4 * vector + 2, SEGMENT, true);
  }
  table.setUint16(4 * NMI_VECTOR, NMI, true);
  return [
    { address: 0, bytes: new Uint8Array(table.buffer) },
    { address: (SEGMENT << 4) + NMI, bytes: Uint8Array.of(RETURN) },
    { address: (SEGMENT << 4) + start, bytes },
  ];
}

/**
 * How a PC's firmware leaves the chips, as SeaBIOS does in QEMU: the 8259s with their vectors and IRQ 0, 1, 2, 6, 8 and
 * 12-14 let through; IRQ 10 and 11, the PCI devices', triggered by level; the 8254's channel 0 at 18.2 Hz.
 */
export const firmwarePorts: readonly PortWrite[] = [
  ...initialise(0x20, MASTER_VECTOR, 1 << 2, 0xb8),
  ...initialise(0xa0, SLAVE_VECTOR, 2, 0x8e),
  [0x4d1, 0x0c],
  [0x43, 0x34],
  [0x40, 0],
  [0x40, 0],
];

/** ICW1-4 and the mask of an 8259A: edge-triggered, cascaded, 8086 mode. */
function initialise(port: number, vector: number, cascade: number, mask: number): PortWrite[] {
  return [[port, 0x11], ...[vector, cascade, 1, mask].map((value): PortWrite => [port + 1, value])];
}
