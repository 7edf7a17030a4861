/** Executes records of x87 instructions (test/runtime/cpu/x87/record.ts) as guest code on an engine. */
import { Word } from '../../translator/abi/state.ts';
import { Field, RECORD_BYTES } from '../runtime/cpu/x87/record.ts';
import type { EngineName, EngineSettings } from '../support/engine.ts';
import { GuestMachine, PageRights } from './guest-machine.ts';

const PAGE = 4096;
const START = 0x1000;
/** Every instruction has a place of its own, so that each is translated once. */
const PLACES = 0x2000;
const PLACE_BYTES = 16;
const IMAGE = 0x8000;
const OPERAND = 0x9000;
const LAST_PAGE = 0xa000;
const BREAKPOINT = 3;
const MOST_INSTRUCTIONS = 100;

const word = (value: number): number[] => [...new Uint8Array(Int32Array.of(value).buffer)];
/** FRSTOR [IMAGE]; JMP EDX. */
const start = [0xdd, 0x25, ...word(IMAGE), 0xff, 0xe2];
/** FNSAVE [IMAGE]; INT3. */
const end = [0xdd, 0x35, ...word(IMAGE), 0xcc];
const END = START + 0x100;

export class RecordRunner {
  readonly #machine: GuestMachine;
  readonly #places = new Map<string, number>();

  constructor(name: EngineName, settings: EngineSettings = {}) {
    const rights = PageRights.present | PageRights.user | PageRights.writable;
    const pages = new Map<number, number>();
    for (let page = START; page < LAST_PAGE; page += PAGE) pages.set(page, rights);
    this.#machine = new GuestMachine(name, { pages, segmentBase: 0, privilege: 'user' }, settings);
    this.#machine.engine.write(START, Uint8Array.from(start));
    this.#machine.engine.write(END, Uint8Array.from(end));
  }

  /** The record as it is after its instruction. */
  execute(record: Uint8Array): Uint8Array {
    const { engine } = this.#machine;
    const view = new DataView(record.buffer, record.byteOffset, RECORD_BYTES);
    const place = this.#placeOf(record.subarray(Field.code, Field.code + record[Field.codeLength]));
    engine.write(IMAGE, record.subarray(Field.image, Field.memory));
    engine.write(OPERAND, record.subarray(Field.memory, Field.eax));
    const registers = [view.getInt32(Field.eax, true), OPERAND, place, 0, IMAGE + 0x800, 0, 0, 0];
    const vector = this.#machine.run(registers, START, view.getInt32(Field.eflags, true), MOST_INSTRUCTIONS);
    if (vector !== BREAKPOINT) throw new Error(`ended by exception ${vector}`);
    return this.#result(record);
  }

  #result(record: Uint8Array): Uint8Array {
    const { engine } = this.#machine;
    const after = new Uint8Array(record);
    const { registers, eflags } = this.#machine.outcome(BREAKPOINT);
    after.set(engine.read(IMAGE, Field.memory), Field.image);
    after.set(engine.read(OPERAND, Field.eax - Field.memory), Field.memory);
    const view = new DataView(after.buffer);
    view.setInt32(Field.eax, registers[Word.eax]!, true);
    view.setInt32(Field.eflags, eflags, true);
    return after;
  }

  #placeOf(code: Uint8Array): number {
    const key = code.join();
    let place = this.#places.get(key);
    if (place === undefined) {
      place = PLACES + PLACE_BYTES * this.#places.size;
      this.#places.set(key, place);
      const jump = [0xe9, ...word(END - (place + code.length + 5))];
      this.#machine.engine.write(place, Uint8Array.from([...code, ...jump]));
    }
    return place;
  }

  get translations(): number {
    return this.#machine.engine.translations;
  }

  dispose(): void {
    this.#machine.engine.dispose();
  }
}
