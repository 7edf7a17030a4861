import type { ReportGuestError } from '../../bus/guest-error.ts';
import { BlockMove } from './block-move.ts';
import { showBus } from './bus-lines.ts';
import type { ChipMemory } from './chip-memory.ts';
import type { Connection } from './connection.ts';
import type { RegisterFile } from './register-file.ts';
import { combined } from './register-operations.ts';
import {
  BusControl,
  ChipControl1,
  DmaControl,
  DmaStatus,
  Interrupts,
  OutputControl,
  Reason0,
  Reason1,
  Register,
  RUNNING,
  Status0,
} from './registers.ts';
import { type ProcessorState, Waiting } from './state.ts';

export interface ScriptsOptions {
  readonly state: ProcessorState;
  readonly registers: RegisterFile;
  readonly memory: ChipMemory;
  readonly connection: Connection;
  readonly guestError: ReportGuestError;
  /** A register as instructions reach it. */
  readonly readRegister: (offset: number) => number;
  readonly writeRegister: (offset: number, value: number) => void;
  /** Enters reasons of interrupts, and drives the line. */
  readonly interrupt: (dma: number, reason0?: number, reason1?: number) => void;
}

/** Instructions that SCRIPTS execute at once: those that go on for longer wait for what never comes. QEMU has as many. */
const MOST_INSTRUCTIONS = 10_000;
/** Bytes that are moved or copied in the time of an instruction. A register takes as long as an instruction. */
const BYTES_PER_INSTRUCTION = 4096;
const COPIED_AT_ONCE = 4096;

/** Bits of instructions (Technical Manual, chapter 5). */
const Bit = {
  indirect: 1 << 29,
  table: 1 << 28,
  load: 1 << 24,
  structureRelative: 1 << 28,
  isLoadOrStore: 1 << 29,
  tableSelect: 1 << 25,
  relativeSelect: 1 << 26,
  selectWithAttention: 1 << 24,
  withFirstByte: 1 << 23,
  attention: 1 << 3,
  acknowledge: 1 << 6,
  carry: 1 << 10,
  relativeJump: 1 << 23,
  compareCarry: 1 << 21,
  onTheFly: 1 << 20,
  whenTrue: 1 << 19,
  compareData: 1 << 18,
  comparePhase: 1 << 17,
  waitForPhase: 1 << 16,
} as const;
const CONDITIONS = Bit.compareCarry | Bit.whenTrue | Bit.compareData | Bit.comparePhase;

/** The processor that executes SCRIPTS: programs in memory that move data over the SCSI bus. */
export class ScriptsProcessor {
  readonly #options: ScriptsOptions;
  readonly #move: BlockMove;
  /** Derived, as it lasts no longer than a call: instructions that may still be executed. */
  #left = 0;
  /** Derived, as it lasts no longer than a call: instructions are being executed. */
  #isExecuting = false;

  constructor(options: ScriptsOptions) {
    this.#options = options;
    this.#move = new BlockMove({ ...options, spend: (bytes) => this.#spend(bytes / BYTES_PER_INSTRUCTION) });
  }

  /** Something has taken the time of so many instructions. */
  #spend(instructions: number): void {
    this.#left -= instructions;
  }

  get #isRunning(): boolean {
    const { state, registers } = this.#options;
    return registers.has(Register.running, RUNNING) && state.waiting === Waiting.none;
  }

  /** Begins at DSP; one that waits for a reselection begins there too. */
  start(): void {
    const { state, registers } = this.#options;
    if (this.#isRunning || state.waiting === Waiting.target) return;
    state.waiting = Waiting.none;
    registers.setBits(Register.running, RUNNING);
    this.#run();
  }

  stop(): void {
    this.#options.registers.clearBits(Register.running, RUNNING);
    this.#options.state.waiting = Waiting.none;
  }

  /** The driver wants SCRIPTS that wait for a reselection to go on elsewhere. */
  signalled(): void {
    const { state, registers } = this.#options;
    if (state.waiting !== Waiting.reselection) return;
    registers.setWord(Register.script, registers.word(Register.nextAddress));
    this.start();
  }

  /** A target asks for a phase. */
  resume(): void {
    const { state, registers } = this.#options;
    if (state.waiting !== Waiting.target) return;
    state.waiting = Waiting.none;
    if (registers.bytes[Register.command]! >>> 6 === 0) this.#move.go();
    this.#run();
  }

  #run(): void {
    // An instruction that writes to registers may start what has just been stopped: the loop goes on with it.
    if (this.#isExecuting) return;
    this.#isExecuting = true;
    this.#executeAll();
    this.#isExecuting = false;
  }

  #executeAll(): void {
    const { registers, interrupt, connection } = this.#options;
    for (this.#left = MOST_INSTRUCTIONS; this.#isRunning; this.#left--) {
      if (this.#left <= 0) {
        this.#options.guestError('lsi53c8xx: SCRIPTS without an end, at', registers.word(Register.script));
        connection.release();
        this.#showPhase();
        interrupt(0, Reason0.disconnected);
        return;
      }
      this.#step();
      if (registers.has(Register.dmaControl, DmaControl.step) && this.#isRunning) interrupt(DmaStatus.step);
    }
  }

  #step(): void {
    const { registers, memory } = this.#options;
    const at = registers.word(Register.script);
    const instruction = memory.word(at);
    const operand = memory.word((at + 4) >>> 0);
    registers.setWord(Register.operand, operand);
    registers.setWord(Register.byteCount, instruction);
    this.#setScript(at + 8);
    switch (instruction >>> 30) {
      case 0:
        this.#blockMove(at, instruction, operand);
        break;
      case 1:
        if (((instruction >>> 27) & 7) < 5) this.#busInstruction(instruction, operand);
        else this.#registerInstruction(instruction);
        break;
      case 2:
        this.#transferControl(at, instruction, operand);
        break;
      default:
        if ((instruction & Bit.isLoadOrStore) === 0) this.#copy(instruction & 0xffffff, operand);
        else this.#loadOrStore(instruction, operand);
    }
  }

  #setScript(address: number): void {
    this.#options.registers.setWord(Register.script, address >>> 0);
  }

  /** The next word of the program. */
  #fetch(): number {
    const { registers, memory } = this.#options;
    const at = registers.word(Register.script);
    this.#setScript(at + 4);
    return memory.word(at);
  }

  /** An address of the driver's table, by a signed offset of 24 bits. */
  #inTable(offset: number): number {
    return (this.#options.registers.word(Register.structure) + ((offset << 8) >> 8)) >>> 0;
  }

  #blockMove(at: number, instruction: number, operand: number): void {
    if (this.#hasTimedOut()) return;
    const { memory, registers } = this.#options;
    if (instruction === 0) {
      // An empty word between instructions is stepped over, as QEMU does it.
      this.#setScript(at + 4);
      return;
    }
    const { bytes } = registers;
    let [count, address, high] = [instruction & 0xffffff, operand, 0];
    if ((instruction & Bit.indirect) !== 0) address = memory.word(operand);
    else if ((instruction & Bit.table) !== 0) {
      const entry = this.#inTable(operand);
      const first = memory.word(entry);
      [count, address] = [first & 0xffffff, memory.word((entry + 4) >>> 0)];
      high = this.#highOfEntry(first >>> 24, bytes[Register.chipControl1]!);
    } else if ((bytes[Register.chipControl1]! & ChipControl1.direct64) !== 0) {
      high = this.#fetch();
      registers.setWord(Register.directHigh, high);
    }
    this.#move.begin({ at, count, address, high });
  }

  /** The upper half of an address, which the upper byte of an entry's count tells of. */
  #highOfEntry(selector: number, control: number): number {
    if ((control & ChipControl1.table64) === 0) return 0;
    if ((control & ChipControl1.table40) !== 0) return selector;
    const { registers } = this.#options;
    if (selector < 16) return registers.word(Register.scratchC + 4 * selector);
    return selector < 22 ? registers.word(Register.selectors + 4 * (selector - 16)) : 0;
  }

  /** After a selection that nobody has answered SCRIPTS go on to the next instruction that needs a target. */
  #hasTimedOut(): boolean {
    const hasTimedOut = this.#options.registers.has(Register.reason1, Reason1.timeout);
    if (hasTimedOut) this.stop();
    return hasTimedOut;
  }

  #busInstruction(instruction: number, operand: number): void {
    const { registers, connection, state } = this.#options;
    const relative = (registers.word(Register.script) + ((operand << 8) >> 8)) >>> 0;
    const alternative = (instruction & Bit.relativeSelect) !== 0 ? relative : operand;
    registers.setWord(Register.nextAddress, alternative);
    switch ((instruction >>> 27) & 7) {
      case 0:
        this.#select(instruction, alternative);
        break;
      case 1:
        connection.release();
        this.#showPhase();
        break;
      case 2:
        // No target reselects: the driver's signal ends it.
        if (registers.has(Register.interrupts, Interrupts.signal)) this.#setScript(alternative);
        else state.waiting = Waiting.reselection;
        break;
      case 3:
        this.#set(instruction);
        break;
      default:
        this.#clear(instruction);
    }
  }

  #select(instruction: number, alternative: number): void {
    const { registers, connection, memory, interrupt } = this.#options;
    const isInTable = (instruction & Bit.tableSelect) !== 0;
    const word = isInTable ? memory.word(this.#inTable(instruction)) : instruction;
    const id = (word >>> 16) & 15;
    registers.bytes[Register.destination] = id;
    if (!connection.isFree) {
      this.#setScript(alternative);
      return;
    }
    registers.setBits(Register.status0, Status0.wonArbitration);
    if (!connection.has(id)) {
      interrupt(0, 0, Reason1.timeout);
      return;
    }
    connection.select(id);
    if ((instruction & Bit.selectWithAttention) !== 0) this.#raiseAttention();
    this.#showPhase();
  }

  #raiseAttention(): void {
    const { registers } = this.#options;
    registers.setBits(Register.outputControl, OutputControl.attention);
    registers.setBits(Register.busControl, BusControl.attention);
  }

  #set(instruction: number): void {
    const { registers, connection, state } = this.#options;
    if ((instruction & Bit.attention) !== 0) {
      connection.attend();
      this.#raiseAttention();
      this.#showPhase();
    }
    if ((instruction & Bit.acknowledge) !== 0) registers.setBits(Register.busControl, BusControl.acknowledge);
    if ((instruction & Bit.carry) !== 0) state.carry = true;
  }

  #clear(instruction: number): void {
    const { registers, state } = this.#options;
    if ((instruction & Bit.attention) !== 0) {
      registers.clearBits(Register.outputControl, OutputControl.attention);
      registers.clearBits(Register.busControl, BusControl.attention);
    }
    if ((instruction & Bit.acknowledge) !== 0) registers.clearBits(Register.busControl, BusControl.acknowledge);
    if ((instruction & Bit.carry) !== 0) state.carry = false;
  }

  /** Registers that tell of the bus get what is there. */
  #showPhase(): void {
    showBus(this.#options.registers, this.#options.connection);
  }

  #registerInstruction(instruction: number): void {
    const { registers, state, readRegister, writeRegister } = this.#options;
    const register = ((instruction >>> 16) & 0x7f) | (instruction & 0x80);
    const [operation, kind] = [(instruction >>> 24) & 7, (instruction >>> 27) & 7];
    const immediate = (instruction >>> 8) & 0xff;
    const firstByte = registers.bytes[Register.firstByte]!;
    const isFromFirstByte = kind === 5;
    const left = isFromFirstByte ? firstByte : operation === 0 ? 0 : readRegister(register);
    const right = kind === 7 && (instruction & Bit.withFirstByte) !== 0 ? firstByte : immediate;
    const { value, carry } = combined(operation, { left, right, carry: state.carry });
    state.carry = carry;
    if (kind === 6) registers.bytes[Register.firstByte] = value;
    else writeRegister(register, value);
  }

  #transferControl(at: number, instruction: number, operand: number): void {
    if ((instruction & CONDITIONS) === 0) return;
    if (this.#hasTimedOut()) return;
    const { connection, state } = this.#options;
    const waits = (instruction & Bit.comparePhase) !== 0 && (instruction & Bit.waitForPhase) !== 0;
    if (waits && !connection.isReady) {
      this.#setScript(at);
      state.waiting = Waiting.target;
      return;
    }
    this.#showPhase();
    if (!this.#isMet(instruction)) return;
    const script = this.#options.registers.word(Register.script);
    const relative = (script + ((operand << 8) >> 8)) >>> 0;
    this.#transfer(instruction, (instruction & Bit.relativeJump) !== 0 ? relative : operand);
  }

  /** Whether all comparisons of an instruction have the result that it wants; without any it is met if it wants truth. */
  #isMet(instruction: number): boolean {
    const { registers, state } = this.#options;
    const wanted = (instruction & Bit.whenTrue) !== 0;
    const phase = registers.bytes[Register.status1]! & BusControl.phase;
    const mask = ~(instruction >>> 8) & 0xff;
    const comparisons: readonly (readonly [bit: number, result: boolean])[] = [
      [Bit.compareCarry, state.carry],
      [Bit.comparePhase, phase === ((instruction >>> 24) & 7)],
      [Bit.compareData, (registers.bytes[Register.firstByte]! & mask) === (instruction & mask)],
    ];
    return comparisons.every(([bit, result]) => (instruction & bit) === 0 || result === wanted);
  }

  #transfer(instruction: number, target: number): void {
    const { registers, interrupt } = this.#options;
    switch ((instruction >>> 27) & 7) {
      case 0:
        registers.setWord(Register.adder, target);
        this.#setScript(target);
        break;
      case 1:
        registers.setWord(Register.returnAddress, registers.word(Register.script));
        this.#setScript(target);
        break;
      case 2:
        this.#setScript(registers.word(Register.returnAddress));
        break;
      case 3:
        if ((instruction & Bit.onTheFly) === 0) interrupt(DmaStatus.script);
        else {
          registers.setBits(Register.interrupts, Interrupts.onTheFly);
          interrupt(0);
        }
        break;
      default:
        interrupt(DmaStatus.illegal);
    }
  }

  /** A memory move, which has a third word. */
  #copy(count: number, source: number): void {
    const { memory } = this.#options;
    const target = this.#fetch();
    const hasRegisters = memory.isOfRegisters(source, count) || memory.isOfRegisters(target, count);
    this.#spend(hasRegisters ? count : count / BYTES_PER_INSTRUCTION);
    for (let done = 0; done < count; done += COPIED_AT_ONCE) {
      const bytes = new Uint8Array(Math.min(COPIED_AT_ONCE, count - done));
      memory.read((source + done) >>> 0, bytes);
      memory.write((target + done) >>> 0, bytes);
    }
  }

  #loadOrStore(instruction: number, operand: number): void {
    const { memory, readRegister, writeRegister } = this.#options;
    const address = (instruction & Bit.structureRelative) !== 0 ? this.#inTable(operand) : operand;
    const register = (instruction >>> 16) & 0xff;
    const bytes = new Uint8Array(instruction & 7);
    if ((instruction & Bit.load) !== 0) {
      memory.read(address, bytes);
      for (const [n, byte] of bytes.entries()) writeRegister((register + n) & 0xff, byte);
    } else {
      for (const n of bytes.keys()) bytes[n] = readRegister((register + n) & 0xff);
      memory.write(address, bytes);
    }
  }
}
