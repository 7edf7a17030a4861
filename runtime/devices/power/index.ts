import type { ReportGuestError } from '../../bus/guest-error.ts';
import { type IrqLine, irqLine } from '../../bus/irq.ts';
import type { AccessSize, PortBus, PortRegion } from '../../bus/ports.ts';
import type { PowerControl } from '../../bus/power.ts';
import type { Component } from '../../snapshot/describe.ts';
import type { Clock } from '../../time/clock.ts';
import type { EventQueue, Timer } from '../../time/events.ts';
import { type FunctionPart, PciFunction } from '../pci/function.ts';
import { MovableRange, portRange } from '../pci/range.ts';
import { Header } from '../pci/registers.ts';
import type { GeneralEvents } from './general-events.ts';
import {
  APMC_ENABLE,
  BASE_MASK,
  Config,
  Control,
  Event,
  Id,
  IO_ENABLE,
  Register,
  SCI_IRQ,
  SleepType,
  Smi,
  TIMER_BITS,
  TIMER_CLOCKS,
  TIMER_NANOSECONDS,
} from './registers.ts';
import { powerState } from './state.ts';

export interface PowerManagementOptions {
  readonly ports: PortBus;
  readonly clock: Clock;
  readonly events: EventQueue;
  readonly power: PowerControl;
  readonly guestError?: ReportGuestError;
  /** The SCI: IRQ 9. */
  readonly irq: IrqLine;
  /** Where the registers are after a reset, for systems that are started without firmware; 0 or none: nowhere. */
  readonly base?: number;
  /** The SMBus, which has registers in this function. */
  readonly smbus?: FunctionPart;
  /** The general-purpose events, which have the same interrupt. */
  readonly generalEvents?: GeneralEvents;
}

const TIMER_MASK = 2 ** TIMER_BITS - 1;
const CARRY_CLOCKS = 2 ** (TIMER_BITS - 1);

/** The PIIX4's power management, function 3 of device 1: ACPI's fixed registers, timer, soft off, and suspension to RAM. */
export class PowerManagement {
  /** The PCI function, to be put on the bus. */
  readonly pciFunction: PciFunction;
  /** State beyond that of the function. */
  readonly component: Component;
  /** The real-time clock's IRQ8, which sets RTC_STS as it rises (PIIX4, 7.2.1). */
  readonly rtc: IrqLine = irqLine((high) => this.#setRtc(high));
  readonly #state = powerState.create();
  readonly #options: PowerManagementOptions;
  readonly #carry: Timer;
  readonly #range: MovableRange;

  constructor(options: PowerManagementOptions) {
    const { ports, events, base = 0, smbus, generalEvents } = options;
    this.#options = options;
    this.#carry = events.timer('acpi timer', (now) => this.#settle(now));
    this.#range = new MovableRange(portRange(ports, (at) => this.#regions(at)));
    this.component = powerState.bind('power management', this.#state);
    this.pciFunction = new PciFunction({
      name: 'piix4 power management',
      device: 1,
      function: 3,
      ...Id,
      interruptPin: 1,
      registers: [
        { offset: Header.status, size: 2, value: 0x0280 },
        { offset: Header.interruptLine, size: 1, value: SCI_IRQ, writable: 0xff },
        { offset: Config.base, size: 4, value: base | 1, writable: BASE_MASK },
        // The processor has no system management mode. Firmware takes what is set for what an earlier start has set up.
        { offset: Config.deviceActivity, size: 4, value: APMC_ENABLE },
        { offset: Config.miscellaneous, size: 1, value: base === 0 ? 0 : IO_ENABLE, writable: IO_ENABLE },
        ...(smbus?.registers ?? []),
      ],
      written: () => smbus?.written(),
      changed: () => {
        this.#range.moveTo(this.base);
        smbus?.changed(this.pciFunction);
      },
    });
    this.#registerSmiPorts();
    if (generalEvents) generalEvents.onChanged = () => this.#update();
    this.pciFunction.reset();
    this.reset();
  }

  #registerSmiPorts(): void {
    this.#options.ports.register({
      name: 'smi command',
      first: Smi.command,
      count: 2,
      read: (port) => (port === Smi.command ? this.#state.smiCommand : this.#state.smiStatus),
      write: (port, _, value) => this.#writeSmi(port, value),
    });
  }

  reset(): void {
    Object.assign(this.#state, powerState.create(), { rtc: this.#state.rtc });
    this.#state.nextCarry = nextCarry(clocksAt(this.#options.clock.now()));
    this.#update();
  }

  /** The power button was pressed: the guest is asked to shut down. */
  pressPowerButton(): void {
    this.#settle();
    this.#state.status |= Event.powerButton;
    this.#wakeBy(Event.powerButton);
    this.#update();
  }

  /** Suspended to RAM, and nothing has woken it. */
  get isSuspended(): boolean {
    return this.#state.suspended;
  }

  /** The real-time clock may wake it. */
  get awaitsAlarm(): boolean {
    return (this.#state.enable & Event.rtc) !== 0;
  }

  /** The cause that woke the suspended machine; 0 for none. The machine is to be reset and then given the cause by `woken`. */
  get wakeStatus(): number {
    return this.#state.wakeStatus;
  }

  /** After the reset: the status registers say what has woken the machine. */
  woken(status: number): void {
    this.#state.status |= status;
  }

  /** Wakes the machine if it is suspended; what did it is taken for the power button, as in QEMU. */
  wake(): void {
    this.#wakeBy(Event.powerButton);
  }

  #wakeBy(events: number): void {
    const state = this.#state;
    if (state.suspended && events !== 0) state.wakeStatus |= Event.wake | events;
  }

  #setRtc(high: boolean): void {
    const state = this.#state;
    if (high && !state.rtc) state.status |= Event.rtc;
    state.rtc = high;
    this.#update();
  }

  /** Where the registers are; 0: nowhere. */
  get base(): number {
    const enabled = (this.pciFunction.read(Config.miscellaneous, 1) & IO_ENABLE) !== 0;
    return enabled ? this.pciFunction.read(Config.base, 2) & BASE_MASK : 0;
  }

  #regions(base: number): PortRegion[] {
    return [
      {
        name: 'acpi pm1',
        first: base,
        count: Register.timer,
        sizes: [1, 2],
        read: (port, size) => this.#read(port - base, size),
        write: (port, size, value) => this.#write(port - base, size, value),
      },
      {
        name: 'acpi timer',
        first: base + Register.timer,
        count: 4,
        sizes: [1, 2, 4],
        read: (port, size) => part(this.#timer(), port - base - Register.timer, size),
      },
    ];
  }

  #timer(): number {
    return clocksAt(this.#options.clock.now()) % (TIMER_MASK + 1);
  }

  #read(offset: number, size: AccessSize): number {
    this.#settle();
    return part(this.#register(offset & ~1), offset & 1, size);
  }

  #register(offset: number): number {
    const { status, enable, control } = this.#state;
    if (offset === Register.status) return status;
    if (offset === Register.enable) return enable;
    return offset === Register.control ? control : 0;
  }

  /** A byte leaves the other one of its register as it is. */
  #write(offset: number, size: AccessSize, value: number): void {
    this.#settle();
    const state = this.#state;
    const register = offset & ~1;
    const shift = (offset & 1) * 8;
    const written = ((size === 1 ? 0xff : 0xffff) << shift) & 0xffff;
    const merged = (this.#register(register) & ~written) | ((value << shift) & written);
    if (register === Register.status) state.status &= ~(merged & written & Event.clearable);
    else if (register === Register.enable) state.enable = merged & Event.enableable;
    else if (register === Register.control) this.#writeControl(merged);
    this.#update();
  }

  #writeControl(value: number): void {
    this.#state.control = value & Control.kept;
    if ((value & Control.sleepEnable) === 0) return;
    this.#sleep((value >> Control.sleepTypeShift) & Control.sleepType);
  }

  /** After a suspension to disk all that the system needs is there: the machine is turned off. */
  #sleep(type: number): void {
    const { power, guestError } = this.#options;
    if (type === SleepType.softOff || type === SleepType.suspendToDisk) power.powerOff();
    else if (type === SleepType.suspendToRam) {
      this.#state.suspended = true;
      power.suspend();
    } else {
      // What is not offered is over at once.
      this.#state.status |= Event.wake;
      guestError?.('power management: no such sleep type', type);
    }
  }

  /** There is no SMM: what firmware would do for these two commands is done here. */
  #writeSmi(port: number, value: number): void {
    const state = this.#state;
    if (port !== Smi.command) {
      state.smiStatus = value;
      return;
    }
    state.smiCommand = value;
    if (value === Smi.acpiEnable) state.control |= Control.sciEnable;
    else if (value === Smi.acpiDisable) state.control &= ~Control.sciEnable;
    else this.#options.guestError?.('power management: unknown SMI command', value);
    this.#update();
  }

  /** The timer's status bit is set whenever its upper bit has changed. */
  #settle(now = this.#options.clock.now()): void {
    const clock = clocksAt(now);
    if (clock >= this.#state.nextCarry) {
      this.#state.status |= Event.timer;
      this.#state.nextCarry = nextCarry(clock);
    }
    this.#update();
  }

  #update(): void {
    const { status, enable, control, nextCarry: carry } = this.#state;
    const sciEnabled = (control & Control.sciEnable) !== 0;
    this.#wakeBy(status & enable & Event.waking);
    const isFixed = sciEnabled && (status & enable & Event.enableable) !== 0;
    this.#options.irq.set(isFixed || this.#options.generalEvents?.isAsserted === true);
    const waits = sciEnabled && (enable & ~status & Event.timer) !== 0;
    this.#carry.arm(waits ? nanosecondsAt(carry) : Infinity);
  }
}

/** `size` bytes of a register from byte `byte` on. */
function part(value: number, byte: number, size: AccessSize): number {
  const shifted = value >>> (8 * byte);
  return size === 4 ? shifted : shifted & ((1 << (8 * size)) - 1);
}

/** Whole clocks of the timer in a virtual time. */
function clocksAt(nanoseconds: number): number {
  return Math.floor((nanoseconds * TIMER_CLOCKS) / TIMER_NANOSECONDS);
}

/** The first nanosecond of a clock. */
function nanosecondsAt(clock: number): number {
  const time = Math.ceil((clock * TIMER_NANOSECONDS) / TIMER_CLOCKS);
  return clocksAt(time) < clock ? time + 1 : time;
}

function nextCarry(clock: number): number {
  return (Math.floor(clock / CARRY_CLOCKS) + 1) * CARRY_CLOCKS;
}
