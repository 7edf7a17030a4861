import { Pcnet } from '../../../../runtime/devices/pcnet/index.ts';
import { CardRig, MAC, MMIO, PORTS } from './card-rig.ts';

export const BLOCK = 0x800;
export const RX_RING = 0x1000;
export const TX_RING = 0x2000;
export const RX_BUFFERS = 0x10000;
export const TX_BUFFERS = 0x40000;

/** Offsets of registers of two bytes. */
const [RDP, RAP, BDP] = [0x10, 0x12, 0x16];
const BUFFER_BYTES = 0x600;

/** A descriptor, as drivers of each style have it. */
export interface DriverDescriptor {
  readonly buffer: number;
  readonly bytes: number;
  /** The upper half of its second word. */
  readonly status: number;
}

/** The card, and what a driver does with it. `style`: its software style; `places`: of each ring, 4 or 16. */
export class PcnetRig extends CardRig {
  readonly card: Pcnet = new Pcnet({ ...this.board, device: 3 });
  readonly style: number;

  constructor(style = 2) {
    super();
    this.style = style;
    this.enable(this.card.pciFunction, [PORTS, MMIO]);
  }

  get isWide(): boolean {
    return this.style !== 0;
  }

  csr(n: number): number {
    this.ports.write(PORTS + RAP, 2, n);
    return this.ports.read(PORTS + RDP, 2);
  }

  setCsr(n: number, value: number): void {
    this.ports.write(PORTS + RAP, 2, n);
    this.ports.write(PORTS + RDP, 2, value);
  }

  bcr(n: number): number {
    this.ports.write(PORTS + RAP, 2, n);
    return this.ports.read(PORTS + BDP, 2);
  }

  setBcr(n: number, value: number): void {
    this.ports.write(PORTS + RAP, 2, n);
    this.ports.write(PORTS + BDP, 2, value);
  }

  /** Puts the initialization block into memory, with rings of four, and has the card read it and start. */
  start({ mode = 0, filter = [0, 0, 0, 0], features = 0x0915, extended = 0 } = {}): void {
    this.setCsr(0, 4);
    this.setBcr(20, this.style);
    this.setCsr(4, features);
    this.setCsr(5, extended);
    const halves = [MAC[0]! | (MAC[1]! << 8), MAC[2]! | (MAC[3]! << 8), MAC[4]! | (MAC[5]! << 8)];
    const words = [...halves, ...(this.isWide ? [0] : []), ...filter];
    const ring = (address: number) => (this.isWide ? address : address | (2 << 29)) >>> 0;
    this.put(BLOCK, (mode | (this.isWide ? 0x20200000 : halves[0]! << 16)) >>> 0);
    const rest = this.isWide ? words : words.slice(1);
    rest.forEach((half, n) => {
      this.view.setUint16(BLOCK + 4 + 2 * n, half, true);
    });
    this.put(BLOCK + (this.isWide ? 20 : 16), ring(RX_RING), ring(TX_RING));
    this.setCsr(1, BLOCK);
    this.setCsr(2, 0);
    this.setCsr(0, 1);
    this.setCsr(0, 0x142);
  }

  /** Writes a descriptor in the driver's style. */
  putDescriptor(ring: number, n: number, { buffer, bytes, status }: DriverDescriptor): void {
    const length = (0x10000 - bytes) & 0xffff;
    if (this.style === 0) this.put(ring + 8 * n, (buffer | ((status & 0xff00) << 16)) >>> 0, length);
    else {
      const [first, third] = this.style === 3 ? [0, buffer] : [buffer, 0];
      this.put(ring + 16 * n, first, ((status << 16) | length) >>> 0, third, 0);
    }
  }

  /** Its status, and its third word as one with 32 bits has it. */
  descriptor(ring: number, n: number): { status: number; detail: number } {
    if (this.style === 0) {
      const [first, second] = [this.get(ring + 8 * n), this.get(ring + 8 * n + 4)];
      return { status: (first >>> 16) & 0xff00, detail: second >>> 16 };
    }
    const at = ring + 16 * n;
    return { status: this.get(at + 4) >>> 16, detail: this.get(at + (this.style === 3 ? 0 : 8)) };
  }

  /** Gives buffers of a size to the card: those of the receive ring, so many of four. */
  give(count = 4, bytes = BUFFER_BYTES): void {
    for (let n = 0; n < 4; n++) {
      const status = n < count ? 0x8000 : 0;
      this.putDescriptor(RX_RING, n, { buffer: RX_BUFFERS + 0x1000 * n, bytes, status });
    }
  }

  /** Puts frames into the transmit ring from its place `first` on, each in so many parts; has the card look, and waits. */
  transmit(frame: Uint8Array, { first = 0, parts = 1, flags = 0 } = {}): void {
    const size = Math.ceil(frame.length / parts);
    this.bytes.set(frame, TX_BUFFERS);
    for (let n = 0; n < parts; n++) {
      const ends = (n === 0 ? 0x0200 | flags : 0) | (n === parts - 1 ? 0x0100 : 0);
      const bytes = Math.min(size, frame.length - n * size);
      this.putDescriptor(TX_RING, (first + n) % 4, { buffer: TX_BUFFERS + n * size, bytes, status: 0x8000 | ends });
    }
    this.setCsr(0, 0x48);
    this.idle();
  }

  /** Lets the interrupt for sent frames come. */
  wait(): void {
    this.advance(2_000_000);
  }
}
