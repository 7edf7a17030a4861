import type { AccessSize } from '../../../../runtime/bus/ports.ts';
import { Rtl8139 } from '../../../../runtime/devices/rtl8139/index.ts';
import { Command, CplusCommand, Register, RxConfig } from '../../../../runtime/devices/rtl8139/registers.ts';
import { CardRig, MMIO, PORTS } from './card-rig.ts';

export const RX_BUFFER = 0x10000;
export const RX_RING = 0x1000;
export const TX_RING = 0x2000;
export const OWNED = 0x80000000;
export const END = 0x40000000;
export const WHOLE = 0x30000000;

/** The card, and what a driver does with it. */
export class Rtl8139Rig extends CardRig {
  readonly card: Rtl8139 = new Rtl8139({ ...this.board, device: 3 });

  constructor() {
    super();
    this.enable(this.card.pciFunction, [PORTS, MMIO]);
  }

  read(register: number, size: AccessSize = 1): number {
    return this.ports.read(PORTS + register, size);
  }

  write(register: number, size: AccessSize, value: number): void {
    this.ports.write(PORTS + register, size, value);
  }

  /** Interrupt status, which is cleared. */
  takeStatus(): number {
    const status = this.read(Register.interruptStatus, 2);
    this.write(Register.interruptStatus, 2, status);
    return status;
  }

  /** The old mode, which takes frames for the station and to all into a buffer of 8 KB. */
  start(rxConfig: number = RxConfig.physical | RxConfig.broadcast): void {
    this.write(Register.rxBuffer, 4, RX_BUFFER);
    this.write(Register.command, 1, Command.rxEnable | Command.txEnable);
    this.write(Register.rxConfig, 4, rxConfig);
    this.write(Register.interruptMask, 2, 0xffff);
  }

  /** The C+ mode, with the addresses of its rings. */
  startCplus(more = 0): void {
    this.write(Register.cplusCommand, 2, CplusCommand.transmit | CplusCommand.receive | more);
    this.write(Register.rxRing, 4, RX_RING);
    this.write(Register.txAddress, 4, TX_RING);
    this.start();
  }

  /** Puts a packet into memory and its descriptors, one for each part, into the ring; has the card look, and waits. */
  transmit(packet: Uint8Array, { command = 0, vlan = 0, parts = 1, first = 0 } = {}): void {
    const size = Math.ceil(packet.length / parts);
    this.bytes.set(packet, 0x40000);
    for (let n = 0; n < parts; n++) {
      const flags = (n === 0 ? 0x20000000 : 0) | (n === parts - 1 ? 0x10000000 : 0);
      const length = Math.min(size, packet.length - n * size);
      this.put(TX_RING + 16 * (first + n), (OWNED | flags | command | length) >>> 0, vlan, 0x40000 + n * size, 0);
    }
    this.write(Register.txPoll, 1, 0x40);
    this.idle();
  }
}
