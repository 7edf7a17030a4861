import { IO_APIC_BASE } from '../../devices/io-apic/registers.ts';
import { DEFAULT_BASE } from '../../devices/local-apic/registers.ts';
import { setChecksum } from '../../devices/power/image.ts';
import { type Assembly, assemble } from '../assembler/index.ts';
import { biosStructure } from '../smbios/index.ts';
import { font8 } from '../vgabios/fonts/index.ts';
import { source } from './source/index.ts';
import { interruptRoutingTable, routingSlots } from './tables/interrupt-routing.ts';
import { MP_SPARE_BYTES, multiprocessorTables } from './tables/multiprocessor.ts';

/** The size of the ROM: it ends at 1 MB and at 4 GB. */
const BIOS_BYTES = 0x10000;
const BIOS_ADDRESS = 0xf0000;
/** I/O base that the firmware gives the power management registers. */
const POWER_BASE = 0x600;
/** Where PCI memory ends. Taken from there down, the frame buffer of a display adapter that comes first is at FD000000h, as with SeaBIOS. */
const PCI_MEMORY_END = IO_APIC_BASE;
/** IRQs that the firmware routes PIRQ A-D to. */
const PIRQ_ROUTES = [10, 10, 11, 11] as const;
/** Bytes of the ROM that are reserved for tables made with it. */
const room = { MP_BYTES: 1900, MP_SPARE_BYTES, SMBIOS_BYTES: 1600, FONT_BYTES: 1024 } as const;
/** The firmware's description of itself, unless the machine's owner gives one. */
const itself = biosStructure({ version: '1', date: '01/01/2026' });

/**
 * The system BIOS of a PC with an i440FX and a PIIX3, as a ROM image of 64 KB.
 * @throws Error if a part is larger than its room, which is a mistake of this module
 */
export function buildBios(): Uint8Array {
  const [PIRQ_A, PIRQ_B, PIRQ_C, PIRQ_D] = PIRQ_ROUTES;
  const slots = { PIR_HEADER: routingSlots.offset, PIR_BYTES: routingSlots.bytes };
  const symbols = {
    PIRQ_A,
    PIRQ_B,
    PIRQ_C,
    PIRQ_D,
    POWER_BASE,
    PCI_MEMORY_END,
    ...slots,
    ...room,
    SMBIOS_FIRMWARE: itself.length,
  };
  const image = new Image(assemble(source, { symbols, bits: 16 }));
  image.checksum('bios32_directory', 16, 10);
  image.checksum('pnp_header', 33, 8);
  image.put('pir_table', routingSlots.offset + routingSlots.bytes, () => interruptRoutingTable(PIRQ_ROUTES));
  image.put('smbios_structures', room.SMBIOS_BYTES, () => itself);
  image.put('mp_tables', room.MP_BYTES, (address) => {
    const overrides = [
      { irq: 0, input: 2, level: false },
      { irq: 9, input: 9, level: true },
    ];
    const apics = { localAddress: DEFAULT_BASE, ioAddress: IO_APIC_BASE, overrides };
    return multiprocessorTables(address, { ...apics, pirqRoutes: PIRQ_ROUTES });
  });
  // The first 128 characters of 8 by 8 points, which old programs read from here.
  image.put('ENTRY_FONT', room.FONT_BYTES, () => Uint8Array.from(font8().slice(0, room.FONT_BYTES)));
  return image.bytes;
}

/** The assembled ROM, into which tables are put. */
class Image {
  readonly bytes: Uint8Array;
  readonly #assembly: Assembly;

  constructor(assembly: Assembly) {
    this.#assembly = assembly;
    this.bytes = assembly.bytes;
    if (this.bytes.length !== BIOS_BYTES) throw new Error(`the BIOS has ${this.bytes.length} bytes, not ${BIOS_BYTES}`);
  }

  /** Puts what is made for the address of a label there. */
  put(label: string, space: number, make: (address: number) => Uint8Array): void {
    const offset = this.#offset(label);
    const content = make(BIOS_ADDRESS + offset);
    if (content.length > space) throw new Error(`${label}: ${content.length} bytes, but there is room for ${space}`);
    this.bytes.set(content, offset);
  }

  /** Makes the byte at `at` of a structure its checksum. */
  checksum(label: string, length: number, at: number): void {
    const offset = this.#offset(label);
    setChecksum(this.bytes.subarray(offset, offset + length), at);
  }

  #offset(label: string): number {
    const offset = this.#assembly.symbols.get(label);
    if (offset === undefined) throw new Error(`the BIOS has no label ${label}`);
    return offset;
  }
}
