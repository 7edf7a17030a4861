import { A20Gate } from '../../../runtime/bus/a20-gate.ts';
import { I8042 } from '../../../runtime/devices/i8042/index.ts';
import { Port92 } from '../../../runtime/devices/port92/index.ts';
import { Rig, recordedLine, recordedStream } from './rig.ts';

export const MS = 1e6;
/** Bits of the status: whose byte it is, and that there is one. */
export const [AUXILIARY, FULL] = [0x20, 0x01];

/** A keyboard controller with its keyboard and mouse. */
export class KeyboardRig extends Rig {
  readonly keyboardIrq = recordedLine();
  readonly mouseIrq = recordedLine();
  readonly keyboardLine = recordedStream();
  readonly mouseLine = recordedStream();
  readonly a20 = new A20Gate(() => {});
  readonly i8042: I8042;
  readonly port92: Port92;

  constructor() {
    super();
    const { ports, clock, events, power, keyboardIrq, mouseIrq, keyboardLine, mouseLine, a20 } = this;
    const lines = { keyboardIrq, mouseIrq, keyboardLine, mouseLine, a20 };
    this.i8042 = new I8042({ ports, clock, events, power, ...lines });
    this.port92 = new Port92({ ports, power, a20 });
    a20.set(true);
  }

  /** Keys that go down and up, as bytes of set 1. */
  press(codes: readonly number[]): void {
    codes.forEach((code, n) => {
      const extended = codes[n - 1] === 0xe0 ? 0x80 : 0;
      if (code !== 0xe0) this.i8042.keyboard.key((code & 0x7f) | extended, code < 0x80);
    });
  }

  command(command: number, ...data: number[]): void {
    this.out8(0x64, command);
    this.out8(0x60, ...data);
  }

  /** The bytes that come within 20 ms, each as its value, plus 0x100 if it is the mouse's. */
  received(): number[] {
    const bytes: number[] = [];
    for (let i = 0; i < 20; i++) {
      const status = this.in8(0x64);
      if ((status & FULL) !== 0) bytes.push(((status & AUXILIARY) !== 0 ? 0x100 : 0) | this.in8(0x60));
      this.advance(MS);
    }
    return bytes;
  }

  keyboardCommand(...bytes: number[]): number[] {
    return bytes.flatMap((byte) => {
      this.out8(0x60, byte);
      return this.received();
    });
  }

  mouseCommand(...bytes: number[]): number[] {
    return bytes.flatMap((byte) => {
      this.command(0xd4, byte);
      return this.received().map((value) => value - 0x100);
    });
  }

  get commandByte(): number {
    this.command(0x20);
    return this.in8(0x60);
  }

  /** Interrupts of both devices, translation. */
  enableBoth(): void {
    this.command(0x60, 0x47);
  }
}
