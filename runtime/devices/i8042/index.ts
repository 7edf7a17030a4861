import type { A20Gate } from '../../bus/a20-gate.ts';
import type { ReportGuestError } from '../../bus/guest-error.ts';
import type { IrqLine } from '../../bus/irq.ts';
import type { AccessSize, PortBus } from '../../bus/ports.ts';
import type { PowerControl } from '../../bus/power.ts';
import type { HostStream } from '../../host/stream.ts';
import type { Component } from '../../snapshot/describe.ts';
import type { Clock } from '../../time/clock.ts';
import type { EventQueue, Timer } from '../../time/events.ts';
import { Keyboard } from './keyboard.ts';
import { Mouse } from './mouse.ts';
import {
  Answer,
  BYTE_TIME,
  Command,
  CommandByte,
  KEYBOARD_UNLOCKED,
  OutputPort,
  Port,
  REPLY_TIME,
  Status,
} from './registers.ts';
import { controllerState } from './state.ts';
import { BREAK, translateToSet1 } from './translation.ts';

export interface I8042Options {
  readonly ports: PortBus;
  readonly clock: Clock;
  readonly events: EventQueue;
  readonly power: PowerControl;
  readonly guestError?: ReportGuestError;
  /** IRQ 1. */
  readonly keyboardIrq: IrqLine;
  /** IRQ 12. */
  readonly mouseIrq: IrqLine;
  /** To the host's keyboard and mouse (KeyboardOptions, MouseOptions). */
  readonly keyboardLine: HostStream;
  readonly mouseLine: HostStream;
  readonly a20: A20Gate;
}

/** The command byte as a PC's firmware leaves it for systems that are started without one. */
const INITIAL_COMMAND_BYTE =
  CommandByte.keyboardInterrupt | CommandByte.system | CommandByte.auxiliaryDisabled | CommandByte.translate;

/** The keyboard controller with its keyboard and mouse. */
export class I8042 {
  readonly component: Component;
  readonly keyboard: Keyboard;
  readonly mouse: Mouse;
  readonly #state = controllerState.create();
  readonly #options: I8042Options;
  readonly #transfer: Timer;

  constructor(options: I8042Options) {
    this.#options = options;
    const { clock, events, keyboardLine, mouseLine, power } = options;
    this.keyboard = new Keyboard({ state: this.#state.keyboard, clock, events, power, line: keyboardLine });
    this.mouse = new Mouse({ state: this.#state.mouse, clock, events, power, line: mouseLine });
    this.#transfer = events.timer('i8042 transfer', () => this.#takeFromDevice());
    this.component = controllerState.bind('i8042', this.#state, { restored: () => this.keyboard.tellLeds() });
    this.keyboard.onReady = () => this.#armTransfer();
    this.mouse.onReady = () => this.#armTransfer();
    this.reset();
    this.#registerPorts();
  }

  #registerPorts(): void {
    this.#options.ports.register({
      name: 'i8042 data',
      first: Port.data,
      count: 1,
      sizes: [1, 2, 4],
      read: (_port, size) => this.#readWide(size),
      write: (_port, size, value) => writeBytes(size, value, (byte) => this.#writeData(byte)),
    });
    this.#options.ports.register({
      name: 'i8042 command',
      first: Port.command,
      count: 1,
      sizes: [1, 2, 4],
      read: (_port, size) => readBytes(size, () => this.#readStatus()),
      write: (_port, size, value) => writeBytes(size, value, (byte) => this.#writeCommand(byte)),
    });
  }

  /** Power-on. */
  reset(): void {
    const { keyboard, mouse } = this.#state;
    this.keyboard.reset();
    this.mouse.reset();
    Object.assign(this.#state, controllerState.create(), { keyboard, mouse, status: Status.system });
    this.#state.ram[0] = INITIAL_COMMAND_BYTE;
    this.#transfer.disarm();
    this.#driveInterrupts();
    this.#options.a20.set(true);
  }

  #isSet(bit: number): boolean {
    return (this.#state.ram[0] & bit) !== 0;
  }

  /** The status. A guest that polls sees a byte when it is due, even where the host is late with the event. */
  #readStatus(): number {
    if (this.#transfer.deadline <= this.#options.clock.now()) this.#takeAtOnce();
    return this.#state.status | Status.notInhibited;
  }

  /** A wide read that takes a byte takes those after it too, as far as there are any: in QEMU they are not on a cable. */
  #readWide(size: AccessSize): number {
    const wasFull = (this.#state.status & Status.outputFull) !== 0;
    return readBytes(size, (n) => {
      if (n > 0 && wasFull) this.#takeAtOnce();
      return this.#readData();
    });
  }

  #takeAtOnce(): void {
    while ((this.#state.status & Status.outputFull) === 0 && this.#sender !== undefined) this.#takeFromDevice();
  }

  #readData(): number {
    const state = this.#state;
    state.status &= ~(Status.outputFull | Status.auxiliary);
    const value = state.outputBuffer;
    this.#driveInterrupts();
    this.#deliverAnswer();
    this.#armTransfer();
    return value;
  }

  /** Fills the output buffer; both interrupts follow what is in it. Devices are held back until it is read. */
  #deliver(byte: number, source: number): void {
    const state = this.#state;
    this.#transfer.disarm();
    state.outputBuffer = byte;
    state.isAnswer = false;
    state.status = (state.status & ~Status.auxiliary) | Status.outputFull | source;
    this.#driveInterrupts();
  }

  #driveInterrupts(): void {
    const { status } = this.#state;
    const full = (status & Status.outputFull) !== 0;
    const auxiliary = (status & Status.auxiliary) !== 0;
    this.#options.keyboardIrq.set(full && !auxiliary && this.#isSet(CommandByte.keyboardInterrupt));
    this.#options.mouseIrq.set(full && auxiliary && this.#isSet(CommandByte.auxiliaryInterrupt));
  }

  /**
   * An answer of the controller itself. It takes the place of an earlier one that nobody has read, as there is one output buffer; behind the byte of a
   * device it waits, and comes before what the devices send next.
   */
  #answer(byte: number, source = 0): void {
    const state = this.#state;
    if ((state.status & Status.outputFull) !== 0 && !state.isAnswer) {
      state.waitingAnswer = byte;
      state.waitingStatus = Status.outputFull | source;
      return;
    }
    this.#deliver(byte, source);
    state.isAnswer = true;
  }

  #deliverAnswer(): void {
    const { waitingAnswer, waitingStatus } = this.#state;
    if (waitingStatus === 0) return;
    this.#state.waitingStatus = 0;
    this.#answer(waitingAnswer, waitingStatus & Status.auxiliary);
  }

  /** A byte takes its time on the cable, so that whoever reads the data port twice gets the same byte. */
  #armTransfer(): void {
    const device = this.#sender;
    if (device === undefined || (this.#state.status & Status.outputFull) !== 0) {
      this.#transfer.disarm();
      return;
    }
    const due = this.#options.clock.now() + (device.replies ? REPLY_TIME : BYTE_TIME);
    if (due < this.#transfer.deadline) this.#transfer.arm(due);
  }

  /** The device that sends next. */
  get #sender(): Keyboard | Mouse | undefined {
    if (this.keyboard.ready && !this.#isSet(CommandByte.keyboardDisabled)) return this.keyboard;
    return this.mouse.ready && !this.#isSet(CommandByte.auxiliaryDisabled) ? this.mouse : undefined;
  }

  #takeFromDevice(): void {
    const device = this.#sender;
    if (device === this.keyboard) this.#deliverKeyboard(device.take());
    else if (device !== undefined) this.#deliver(device.take(), Status.auxiliary);
    this.#armTransfer();
  }

  #deliverKeyboard(byte: number): void {
    const state = this.#state;
    const translates = this.#isSet(CommandByte.translate);
    const prefixed = state.breakPrefix;
    // The prefix of a break code becomes bit 7 of the next byte.
    state.breakPrefix = translates && byte === BREAK;
    if (state.breakPrefix) return;
    const translated = translates ? translateToSet1(byte) : byte;
    this.#deliver(prefixed ? translated | 0x80 : translated, 0);
  }

  /** Port 0x60: the data of a command, or a byte for the keyboard. */
  #writeData(value: number): void {
    const state = this.#state;
    const { command } = state;
    state.command = 0;
    state.status &= ~Status.command;
    if (command >= Command.writeRam && command < Command.writeRam + 32) this.#writeRam(command & 31, value);
    else if (command === Command.writeOutputPort) this.#writeOutputPort(value);
    else if (command === Command.writeKeyboardBuffer) this.#answer(value);
    else if (command === Command.writeAuxiliaryBuffer) this.#answer(value, Status.auxiliary);
    else if (command === Command.writeAuxiliary) this.#send(this.mouse, CommandByte.auxiliaryDisabled, value);
    else this.#send(this.keyboard, CommandByte.keyboardDisabled, value);
  }

  /** Sending to a device lets go of its clock line, which enables it. */
  #send(device: Keyboard | Mouse, disabled: number, value: number): void {
    this.#modify(disabled, 0);
    device.receive(value);
  }

  #writeRam(address: number, value: number): void {
    const state = this.#state;
    state.ram[address] = value;
    if (address !== 0) return;
    state.status = (state.status & ~Status.system) | (this.#isSet(CommandByte.system) ? Status.system : 0);
    this.#driveInterrupts();
    this.#armTransfer();
  }

  /** Changes bits of the command byte. */
  #modify(clear: number, set: number): void {
    this.#writeRam(0, (this.#state.ram[0] & ~clear) | set);
  }

  #writeCommand(value: number): void {
    const state = this.#state;
    state.status |= Status.command;
    state.command = 0;
    if (value >= Command.readRam && value < Command.readRam + 32) this.#answer(state.ram[value & 31]);
    else if (value >= Command.pulseOutputPort) this.#pulse(value);
    else if (value in answers) this.#answer(answers[value]);
    else if (value in modifications) this.#modify(modifications[value].clear, modifications[value].set);
    else this.#otherCommand(value);
  }

  #otherCommand(value: number): void {
    if (value === Command.selfTest) this.#selfTest();
    else if (value === Command.readOutputPort) this.#answer(this.#outputPort());
    else if (value === Command.disableA20 || value === Command.enableA20) this.#setA20(value === Command.enableA20);
    else if (takesData.has(value)) this.#state.command = value;
    else this.#options.guestError?.('i8042: unknown command', value);
  }

  #selfTest(): void {
    this.#modify(0, CommandByte.system);
    this.#answer(Answer.selfTestPassed);
  }

  #outputPort(): number {
    const { status, a20 } = this.#state;
    const isFull = (status & Status.outputFull) !== 0;
    const full = (status & Status.auxiliary) !== 0 ? OutputPort.auxiliaryFull : OutputPort.keyboardFull;
    return OutputPort.notReset | (a20 ? OutputPort.a20 : 0) | (isFull ? full : 0);
  }

  #writeOutputPort(value: number): void {
    this.#setA20((value & OutputPort.a20) !== 0);
    if ((value & OutputPort.notReset) === 0) this.#options.power.reset();
  }

  #setA20(enabled: boolean): void {
    this.#state.a20 = enabled;
    this.#options.a20.set(enabled);
  }

  /** The four bits pulse low where they are 0; only that of the reset line can be felt. */
  #pulse(value: number): void {
    if ((value & OutputPort.notReset) === 0) this.#options.power.reset();
  }
}

/** A wide access reaches the same port with each of its bytes, low to high, as in QEMU: on an ISA bus they go to the ports after it. */
function readBytes(size: AccessSize, read: (n: number) => number): number {
  let value = 0;
  for (let n = 0; n < size; n += 1) value += read(n) * 2 ** (n * 8);
  return value;
}

function writeBytes(size: AccessSize, value: number, write: (byte: number) => void): void {
  for (let n = 0; n < size; n += 1) write((value >>> (n * 8)) & 0xff);
}

/** Commands after which a byte is written to port 0x60. */
const takesData: ReadonlySet<number> = new Set([
  ...Array.from({ length: 32 }, (_, address) => Command.writeRam + address),
  Command.writeOutputPort,
  Command.writeKeyboardBuffer,
  Command.writeAuxiliaryBuffer,
  Command.writeAuxiliary,
]);

/** Commands that are answered with a constant. */
const answers: Readonly<Record<number, number>> = {
  [Command.testPassword]: Answer.noPassword,
  [Command.testAuxiliary]: Answer.portTestPassed,
  [Command.testKeyboard]: Answer.portTestPassed,
  [Command.readInputPort]: KEYBOARD_UNLOCKED,
  [Command.readTestInputs]: 0,
};

/** Commands that change the command byte. */
const modifications: Readonly<Record<number, { clear: number; set: number }>> = {
  [Command.disableAuxiliary]: { clear: 0, set: CommandByte.auxiliaryDisabled },
  [Command.enableAuxiliary]: { clear: CommandByte.auxiliaryDisabled, set: 0 },
  [Command.disableKeyboard]: { clear: 0, set: CommandByte.keyboardDisabled },
  [Command.enableKeyboard]: { clear: CommandByte.keyboardDisabled, set: 0 },
};
