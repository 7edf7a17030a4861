import { isData, showBus } from './bus-lines.ts';
import type { ChipMemory } from './chip-memory.ts';
import type { Connection } from './connection.ts';
import type { RegisterFile } from './register-file.ts';
import { BusControl, ChipControl0, CONTROL2_STICKY, OutputControl, Phase, Reason0, Register } from './registers.ts';
import { type ProcessorState, Waiting } from './state.ts';

export interface BlockMoveOptions {
  readonly state: ProcessorState;
  readonly registers: RegisterFile;
  readonly memory: ChipMemory;
  readonly connection: Connection;
  readonly interrupt: (dma: number, reason0?: number, reason1?: number) => void;
  /** So many bytes were moved, which has taken its time. */
  readonly spend: (bytes: number) => void;
}

/** A block move: the address of its instruction, and what it moves. */
export interface Block {
  readonly at: number;
  readonly count: number;
  readonly address: number;
  readonly high: number;
}

/** Bytes of a command and of messages that are moved at once. */
const MOST_SMALL = 64;
const TWO_32 = 2 ** 32;

/** Executes block moves. One that waits for its target goes on from the registers. */
export class BlockMove {
  readonly #options: BlockMoveOptions;

  constructor(options: BlockMoveOptions) {
    this.#options = options;
  }

  begin({ at, count, address, high }: Block): void {
    const { registers } = this.#options;
    registers.setCount(Register.byteCount, count);
    registers.setWord(Register.nextAddress, address);
    registers.setWord(Register.nextHigh, high);
    registers.setWord(Register.instruction, at);
    registers.setWord(Register.moved, 0);
    this.#countDown(0);
    this.go();
  }

  /** Moves, until all is done, the target does something else, or must be waited for. */
  go(): void {
    const { state, registers, connection, interrupt, spend } = this.#options;
    const wanted = registers.bytes[Register.command]! & BusControl.phase;
    while (registers.count(Register.byteCount) > 0) {
      if (!connection.isReady) {
        state.waiting = Waiting.target;
        return;
      }
      showBus(registers, connection);
      if (connection.isFree) {
        interrupt(0, Reason0.disconnected);
        return;
      }
      if (connection.phase !== wanted) {
        this.#mismatch(wanted);
        return;
      }
      const moved = this.#part(wanted, registers.count(Register.byteCount));
      spend(moved);
      this.#countDown(moved);
    }
    showBus(registers, connection);
  }

  /** So many bytes were moved. */
  #countDown(bytes: number): void {
    const { registers } = this.#options;
    const count = registers.count(Register.byteCount) - bytes;
    registers.setCount(Register.byteCount, count);
    registers.setWord(Register.nextAddress, (registers.word(Register.nextAddress) + bytes) >>> 0);
    const high = registers.bytes[Register.nextHigh]!;
    registers.setWord(Register.remaining, (count | (high << 24)) >>> 0);
    registers.setWord(Register.updated, registers.word(Register.nextAddress));
    for (const counter of [Register.moved, Register.movedInAll])
      registers.setWord(counter, (registers.word(counter) + bytes) >>> 0);
  }

  /** SCRIPTS go on elsewhere, if the driver has said where, or are interrupted. A move that has not begun interrupts. */
  #mismatch(wanted: number): void {
    const { registers, interrupt } = this.#options;
    const jumps = registers.has(Register.chipControl0, ChipControl0.mismatchJumps);
    if (!jumps || !isData(wanted) || registers.word(Register.moved) === 0) {
      interrupt(0, Reason0.mismatch);
      return;
    }
    const isByDirection = registers.has(Register.chipControl0, ChipControl0.byDirection);
    const isSecond = isByDirection ? wanted === Phase.dataIn : registers.has(Register.control2, CONTROL2_STICKY & 1);
    registers.setWord(Register.script, registers.word(isSecond ? Register.mismatch2 : Register.mismatch1));
  }

  /** Moves a part; its bytes. */
  #part(phase: number, count: number): number {
    const { connection, registers, memory } = this.#options;
    const address = registers.word(Register.nextHigh) * TWO_32 + registers.word(Register.nextAddress);
    switch (phase) {
      case Phase.dataOut: {
        const bytes = new Uint8Array(Math.min(count, connection.dataBytes));
        memory.read(address, bytes);
        connection.takeData(bytes);
        return bytes.length;
      }
      case Phase.dataIn:
        return this.#give(address, connection.giveData(count));
      case Phase.status:
        return this.#giveFirst(address, Uint8Array.of(connection.giveStatus()));
      case Phase.messageIn: {
        const bytes = connection.giveMessages(count);
        registers.bytes[Register.inputLatch] = bytes.at(-1)!;
        return this.#giveFirst(address, bytes);
      }
      default:
        return this.#takeSmall(phase, address, count);
    }
  }

  #give(address: number, bytes: Uint8Array): number {
    this.#options.memory.write(address, bytes);
    return bytes.length;
  }

  #giveFirst(address: number, bytes: Uint8Array): number {
    this.#options.registers.bytes[Register.firstByte] = bytes[0]!;
    return this.#give(address, bytes);
  }

  #takeSmall(phase: number, address: number, count: number): number {
    const { connection, registers, memory } = this.#options;
    const bytes = new Uint8Array(Math.min(count, MOST_SMALL));
    memory.read(address, bytes);
    registers.bytes[Register.firstByte] = bytes[0]!;
    if (phase === Phase.command) connection.takeCommand(bytes);
    else {
      // The chip takes its attention back with the last byte.
      registers.clearBits(Register.outputControl, OutputControl.attention);
      registers.clearBits(Register.busControl, BusControl.attention);
      connection.takeMessages(bytes);
    }
    return bytes.length;
  }
}
