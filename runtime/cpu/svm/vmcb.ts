import { Rights } from '../../../translator/abi/rights.ts';
import { Segment, Word } from '../../../translator/abi/state.ts';
import type { Cpu } from '../cpu.ts';
import { updateSpans } from '../descriptor.ts';

/** Offsets in the VMCB's control area (AMD64 Architecture Programmer's Manual vol. 2, appendix B, table B-1). */
export const Control = {
  intercepts: 0x00,
  portMap: 0x40,
  registerMap: 0x48,
  timestampOffset: 0x50,
  asid: 0x58,
  virtualInterrupt: 0x60,
  virtualVector: 0x64,
  interruptShadow: 0x68,
  exitCode: 0x70,
  exitInformation: 0x78,
  exitInterruption: 0x88,
  nested: 0x90,
  injectedEvent: 0xa8,
  nestedCr3: 0xb0,
  nextEip: 0xc8,
} as const;

/** Offsets in the state save area (table B-2), from the VMCB's start. */
export const Save = {
  segments: 0x400,
  gdtr: 0x460,
  ldtr: 0x470,
  idtr: 0x480,
  task: 0x490,
  /** The CPL is the upper byte of this word. */
  privilege: 0x4c8,
  efer: 0x4d0,
  cr4: 0x548,
  cr3: 0x550,
  cr0: 0x558,
  dr7: 0x560,
  dr6: 0x568,
  eflags: 0x570,
  eip: 0x578,
  esp: 0x5d8,
  eax: 0x5f8,
  star: 0x600,
  sysenterCs: 0x628,
  sysenterEsp: 0x630,
  sysenterEip: 0x638,
  cr2: 0x640,
  pat: 0x668,
} as const;

/** Bits of the field of virtual interrupts. */
export const Virtual = {
  priority: 0xf,
  requested: 1 << 8,
  requestedPriorityShift: 16,
  ignoresPriority: 1 << 20,
  masksInterrupts: 1 << 24,
} as const;

/** Fields of an event that is injected or was under way (figure 15-4): type in bits 8-10. */
export const Event = {
  interrupt: 0 << 8,
  nmi: 2 << 8,
  exception: 3 << 8,
  software: 4 << 8,
  type: 7 << 8,
  hasErrorCode: 1 << 11,
  valid: 1 << 31,
} as const;

const SEGMENT_BYTES = 16;
/** Segments that VMRUN and an exit change; VMLOAD and VMSAVE do FS and GS. */
export const switchedSegments: readonly number[] = [Segment.es, Segment.cs, Segment.ss, Segment.ds];

/** A block of fields in physical memory: a VMCB, or the area that keeps the host's state. */
export class ControlBlock {
  readonly #cpu: Cpu;
  readonly #address: number;

  constructor(cpu: Cpu, address: number) {
    this.#cpu = cpu;
    this.#address = address;
  }

  load(offset: number): number {
    return this.#cpu.memory.loadPhysical32(this.#address + offset);
  }

  store(offset: number, value: number): void {
    this.#cpu.memory.storePhysical32(this.#address + offset, value);
  }

  /** Stores a field of 64 bits. */
  store64(offset: number, low: number, high = 0): void {
    this.store(offset, low);
    this.store(offset + 4, high);
  }

  /** The two words of a field of 64 bits. */
  load64(offset: number): [low: number, high: number] {
    return [this.load(offset), this.load(offset + 4)];
  }

  /** The page of a field that has a physical address. */
  loadPage(offset: number): number {
    return (this.load(offset) >>> 12) | (this.load(offset + 4) << 20);
  }

  /** Puts a segment with its hidden part into the state. `fixedRights`: what all have but D and G, in real and VM86 mode; else 0. */
  loadSegment(segment: number, fixedRights: number): void {
    const { state } = this.#cpu;
    const at = Save.segments + segment * SEGMENT_BYTES;
    const [selector, rights, limit, base] = this.#system(at);
    state[Word.selector + segment] = selector;
    state[Word.segmentRights + segment] =
      fixedRights === 0 ? rights : fixedRights | (rights & (Rights.big | Rights.granular));
    state[Word.segmentLimit + segment] = limit;
    state[Word.segmentBase + segment] = base;
    updateSpans(this.#cpu, segment);
  }

  storeSegment(segment: number): void {
    const { state } = this.#cpu;
    const at = Save.segments + segment * SEGMENT_BYTES;
    this.#storeSystem(at, state[Word.selector + segment]!, state[Word.segmentRights + segment]!);
    this.store(at + 4, state[Word.segmentLimit + segment]!);
    this.store64(at + 8, state[Word.segmentBase + segment]!);
  }

  /** LDTR or TR, whose four words in the state begin at `word`. */
  loadSystemSegment(at: number, word: number): void {
    const [selector, rights, limit, base] = this.#system(at);
    this.#cpu.state.set([selector, base, limit, rights], word);
  }

  storeSystemSegment(at: number, word: number): void {
    const [selector, base, limit, rights] = this.#cpu.state.subarray(word, word + 4) as unknown as number[];
    this.#storeSystem(at, selector!, rights!);
    this.store(at + 4, limit!);
    this.store64(at + 8, base!);
  }

  /** GDTR or IDTR, whose base and limit in the state begin at `word`. */
  loadTable(at: number, word: number): void {
    this.#cpu.state[word] = this.load(at + 8);
    this.#cpu.state[word + 1] = this.load(at + 4) & 0xffff;
  }

  storeTable(at: number, word: number): void {
    this.store(at + 4, this.#cpu.state[word + 1]!);
    this.store64(at + 8, this.#cpu.state[word]!);
  }

  /** Selector, rights, limit and base of a segment. */
  #system(at: number): [selector: number, rights: number, limit: number, base: number] {
    const first = this.load(at);
    return [first & 0xffff, rightsOf(first >>> 16), this.load(at + 4), this.load(at + 8)];
  }

  #storeSystem(at: number, selector: number, rights: number): void {
    this.store(at, (attributesOf(rights) << 16) | (selector & 0xffff));
  }
}

/** The bits of a descriptor's second word that are packed in a VMCB's attributes. */
function rightsOf(attributes: number): number {
  return ((attributes & 0xff) << 8) | ((attributes & 0xf00) << 12);
}

function attributesOf(rights: number): number {
  return ((rights >>> 8) & 0xff) | ((rights >>> 12) & 0xf00);
}
