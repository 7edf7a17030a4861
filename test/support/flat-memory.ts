import { raise } from '../../runtime/fault.ts';
import type { DataAccess, ProcessorMemory } from '../../runtime/memory/access.ts';
import { Vector } from '../../translator/abi/faults.ts';
import { Word } from '../../translator/abi/state.ts';

const WRITE = 2;
const USER = 4;

/** Memory without translation, for tests of the CPU: one buffer, with pages that can be made to fault. */
export class FlatMemory implements ProcessorMemory {
  misaligned = 0;
  readonly view: DataView;
  /** Numbers of pages that are not present. */
  readonly absent = new Set<number>();
  /** Numbers of pages that only a supervisor may use. */
  readonly supervisor = new Set<number>();
  readonly flushes: string[] = [];
  readonly #state: Int32Array;

  constructor(state: Int32Array, bytes = 0x40000) {
    this.#state = state;
    this.view = new DataView(new ArrayBuffer(bytes));
  }

  #check(linear: number, bytes: number, access: number): number {
    const user = access & USER && this.#state[Word.cpl] === 3;
    for (const at of [linear, linear + bytes - 1]) {
      const page = (at >>> 0) >>> 12;
      const present = !this.absent.has(page);
      if (present && !(user && this.supervisor.has(page))) continue;
      this.#state[Word.cr2] = at;
      raise(Vector.pageFault, (present ? 1 : 0) | (access & WRITE) | (user ? USER : 0));
    }
    return linear >>> 0;
  }

  readonly current: DataAccess = {
    load8: (linear) => this.view.getUint8(this.#check(linear, 1, USER)),
    load16: (linear) => this.view.getUint16(this.#check(linear, 2, USER), true),
    load32: (linear) => this.view.getInt32(this.#check(linear, 4, USER), true),
    store8: (linear, value) => this.view.setUint8(this.#check(linear, 1, USER | WRITE), value),
    store16: (linear, value) => this.view.setUint16(this.#check(linear, 2, USER | WRITE), value, true),
    store32: (linear, value) => this.view.setInt32(this.#check(linear, 4, USER | WRITE), value, true),
    probeWrite: (linear, bytes) => void this.#check(linear, bytes, USER | WRITE),
  };
  loadSystem8 = (linear: number): number => this.view.getUint8(this.#check(linear, 1, 0));
  loadSystem16 = (linear: number): number => this.view.getUint16(this.#check(linear, 2, 0), true);
  loadSystem32 = (linear: number): number => this.view.getInt32(this.#check(linear, 4, 0), true);
  storeSystem8 = (linear: number, value: number): void => this.view.setUint8(this.#check(linear, 1, WRITE), value);
  storeSystem16 = (linear: number, value: number): void =>
    this.view.setUint16(this.#check(linear, 2, WRITE), value, true);
  storeSystem32 = (linear: number, value: number): void =>
    this.view.setInt32(this.#check(linear, 4, WRITE), value, true);
  probeWriteSystem(linear: number, bytes: number): void {
    this.#check(linear, bytes, WRITE);
  }
  readableSpan(linear: number, length: number): Uint8Array | null {
    return this.#span(linear, length);
  }
  writableSpan(linear: number, length: number): Uint8Array | null {
    return this.#span(linear, length);
  }
  #span(linear: number, length: number): Uint8Array | null {
    if (this.absent.has(linear >>> 12)) return null;
    return new Uint8Array(this.view.buffer, linear, Math.min(length, 0x1000 - (linear & 0xfff)));
  }
  loadPhysical32(physical: number): number {
    return this.view.getInt32(physical, true);
  }
  storePhysical32(physical: number, value: number): void {
    this.view.setInt32(physical, value, true);
  }
  watch(): void {}
  isWritable(linear: number, bytes: number): boolean {
    return (linear & 0xfff) <= 0x1000 - bytes && !this.absent.has(linear >>> 12);
  }

  isMappedForSystem(linear: number, bytes: number): boolean {
    return !this.absent.has(linear >>> 12) && !this.absent.has((linear + bytes - 1) >>> 12);
  }
  watchesCode(): boolean {
    return false;
  }
  flushAll(): void {
    this.flushes.push('all');
  }
  flushNonGlobal(): void {
    this.flushes.push('non-global');
  }
  flushPage(linear: number): void {
    this.flushes.push(`page ${(linear >>> 0).toString(16)}`);
  }

  /** Doublewords at an address. */
  words(linear: number, count: number): number[] {
    return Array.from({ length: count }, (_, n) => this.view.getInt32(linear + 4 * n, true));
  }
}
