import type { PowerControl } from '../bus/power.ts';
import { PortBus } from '../bus/ports.ts';
import { connectDebugConsole, connectDebugExit } from '../devices/debug-ports/index.ts';
import { I8042 } from '../devices/i8042/index.ts';
import { Pic8259 } from '../devices/pic8259/index.ts';
import { Pit8254 } from '../devices/pit8254/index.ts';
import { Port92 } from '../devices/port92/index.ts';
import { RtcCmos } from '../devices/rtc-cmos/index.ts';
import { Uart16550 } from '../devices/uart16550/index.ts';
import type { Component } from '../snapshot/describe.ts';
import type { Clock } from '../time/clock.ts';
import type { EventQueue } from '../time/events.ts';
import type { MachineConfig } from './config.ts';

/** Serial ports of a PC: base and IRQ. */
const serialPorts = [
  { name: 'com1', base: 0x3f8, irq: 4 },
  { name: 'com2', base: 0x2f8, irq: 3 },
] as const;

export interface PcOptions {
  readonly config: MachineConfig;
  readonly clock: Clock;
  readonly events: EventQueue;
  readonly power: PowerControl;
  readonly serialOutput: (port: number, byte: number) => void;
  readonly debugOutput: (byte: number) => void;
}

/** The parts of the PC around the CPU and its memory. */
export class Pc {
  readonly ports = new PortBus();
  readonly pic: Pic8259;
  readonly pit: Pit8254;
  readonly rtc: RtcCmos;
  readonly keyboardController: I8042;
  readonly port92: Port92;
  readonly uarts: readonly Uart16550[];
  readonly components: readonly Component[];

  constructor(options: PcOptions) {
    const { config, clock, events, power } = options;
    const { ports } = this;
    this.pic = new Pic8259({ ports });
    const irq = (number: number) => this.pic.line(number);
    this.pit = new Pit8254({ ports, clock, events, irq: irq(0) });
    this.rtc = new RtcCmos({ ports, clock, events, irq: irq(8), startTime: config.startTimeOfDay / 1000 });
    const a20 = { set: () => {} };
    this.keyboardController = new I8042({ ports, clock, events, power, keyboardIrq: irq(1), mouseIrq: irq(12), a20 });
    this.port92 = new Port92({ ports, power, a20 });
    this.uarts = serialPorts.map(
      ({ name, base, irq: number }, port) =>
        new Uart16550({
          name,
          base,
          ports,
          clock,
          events,
          irq: irq(number),
          output: (byte) => options.serialOutput(port, byte),
        }),
    );
    this.connectDebugPorts(options);
    this.components = [this.pic, this.pit, this.rtc, this.keyboardController, this.port92, ...this.uarts].map(
      (device) => device.component,
    );
  }

  private connectDebugPorts({ config, power, debugOutput }: PcOptions): void {
    const { ports } = this;
    const { debugExit } = config;
    if (debugExit) connectDebugExit({ ports, power, base: debugExit.iobase, count: debugExit.iosize });
    if (config.debugConsolePort !== undefined) connectDebugConsole({ ports, output: debugOutput });
  }

  /** A hard reset of every device. */
  reset(): void {
    this.pic.reset();
    this.pit.reset();
    this.rtc.reset();
    this.keyboardController.reset();
    for (const uart of this.uarts) uart.reset();
  }
}
