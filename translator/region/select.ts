import { PAGE_BYTES as PAGE } from '../abi/page.ts';
import { type Decode, decode } from '../x86/decode.ts';
import { Instruction } from '../x86/instruction.ts';
import { forms, INVALID_FORM } from '../x86/table/index.ts';
import { endsBlock, isMissing, successors } from './flow.ts';

/** Bounds on what one translation takes in. */
export interface RegionLimits {
  readonly blocks: number;
  readonly instructions: number;
}

/** Base and limit of CS. */
export interface CodeSegment {
  readonly base: number;
  readonly limit: number;
}

/** The segment of flat code. */
export const flatSegment: CodeSegment = { base: 0, limit: -1 };

/** The guest code of one page, and how it is to be read. */
export interface CodeSource {
  readonly code: Uint8Array;
  /** Where the page starts in `code`. */
  readonly start: number;
  /** EIP of the page's first byte. */
  readonly eip: number;
  readonly key: number;
  readonly segment: CodeSegment;
  /** The CPU's decoder. Absent: that of a CPU with every feature. */
  readonly decode?: Decode;
  /** Whether the code there has run before; what hasn't is left out of regions. Absent: all counts as run. */
  readonly hasRun?: (eip: number) => boolean;
  /** How often the code there ran; the region grows to where it ran most. Absent: it grows evenly. */
  readonly runs?: (eip: number) => number;
  /** Where the indirect jump at an EIP has gone so far; they become branches of the region. */
  readonly targets?: (eip: number) => readonly number[];
  /** Whether the instruction at an EIP often accesses what the TLB does not have: it ends its block. */
  readonly misses?: (eip: number) => boolean;
}

/** A run of instructions entered only at its first one. */
export interface ScannedBlock {
  readonly eip: number;
  readonly instructions: Instruction[];
}

/** Where a block may begin, and how often the code there ran. */
interface Candidate {
  readonly eip: number;
  readonly runs: number;
}

/** Most instructions of a guest in one function: TurboFan compiles none with more than 61,440 bytes of bytecode, and each takes about 43 of them. */
export const MOST_INSTRUCTIONS = 1400;
/** Instructions of a block at most. */
const LONGEST_BLOCK = 1000;

/**
 * Finds the basic blocks that direct jumps reach from some entries without leaving their page: the entries first, as far
 * as they decode, then the others in the order of their addresses. A block ends at a control transfer, at an instruction the
 * runtime must execute, after one that often misses the TLB, in front of another block, and in front of bytes that don't
 * decode here (the end of the page). Blocks are added whole until one of the limits is reached.
 */
export function selectRegion(source: CodeSource, entries: readonly number[], limits: RegionLimits): ScannedBlock[] {
  return new Selector(source, limits).select(entries);
}

class Selector {
  readonly #source: CodeSource;
  readonly #limits: RegionLimits;
  readonly #instructions = new Map<number, Instruction | null>();
  readonly #leaders = new Set<number>();
  /** Where control may go on, in the order in which that was found. */
  readonly #candidates: Candidate[] = [];
  /** By EIP after an instruction that often misses the TLB: where the block begins that it would be in. It runs as often. */
  readonly #continued = new Map<number, number>();
  #count = 0;

  constructor(source: CodeSource, limits: RegionLimits) {
    this.#source = source;
    this.#limits = limits;
  }

  select(entries: readonly number[]): ScannedBlock[] {
    const limits = this.#limits;
    const candidates = this.#candidates;
    const leaders = this.#leaders;
    const decodable = entries.filter((entry) => this.#instruction(entry) !== null);
    for (const entry of decodable) this.#add(entry);
    while (candidates.length > 0 && leaders.size < limits.blocks && this.#count < limits.instructions) {
      const eip = this.#takeHottest();
      if (leaders.has(eip) || !this.#isWanted(eip)) continue;
      this.#add(eip);
    }
    const others = [...leaders].slice(decodable.length).sort((a, b) => a - b);
    return [...decodable, ...others].map((leader) => this.#block(leader));
  }

  #add(eip: number): void {
    const leaders = this.#leaders;
    const candidates = this.#candidates;
    const source = this.#source;
    leaders.add(eip);
    for (const to of this.#scan(eip)) {
      // What is in the midst of a block counts no runs.
      const counted = this.#continued.get(to) ?? to;
      if (!leaders.has(to)) candidates.push({ eip: to, runs: source.runs?.(counted) ?? 0 });
    }
  }

  /** Removes and returns the candidate that ran most often; of several, the one found first. */
  #takeHottest(): number {
    const candidates = this.#candidates;
    const hottest = candidates.reduce((best, one, n) => (one.runs > candidates[best].runs ? n : best), 0);
    return candidates.splice(hottest, 1)[0].eip;
  }

  #isWanted(eip: number): boolean {
    const { hasRun } = this.#source;
    return this.#instruction(eip) !== null && (hasRun === undefined || this.#continued.has(eip) || hasRun(eip));
  }

  /** Decodes straight on from a leader; gives the EIPs that control may go to from there within the region. */
  #scan(eip: number): number[] {
    for (let at = eip, n = 0; n < LONGEST_BLOCK; n++) {
      const i = this.#instruction(at);
      if (i === null) break;
      this.#count++;
      if (this.#misses(i)) {
        this.#continued.set(i.nextEip, this.#continued.get(eip) ?? eip);
        return [i.nextEip];
      }
      if (endsBlock(i)) return [...successors(i, this.#source.key), ...(this.#source.targets?.(i.eip) ?? [])];
      at = i.nextEip;
      if (this.#leaders.has(at)) break;
    }
    return [];
  }

  #block(eip: number): ScannedBlock {
    const instructions: Instruction[] = [];
    for (let at = eip; ; ) {
      const i = this.#instructions.get(at);
      if (!i) break;
      instructions.push(i);
      at = i.nextEip;
      if (endsBlock(i) || this.#misses(i) || this.#leaders.has(at) || instructions.length === LONGEST_BLOCK) break;
    }
    return { eip, instructions };
  }

  #misses(i: Instruction): boolean {
    return isMissing(i, this.#source.misses);
  }

  /** The instruction at an EIP, or null if it is not (wholly) in the page. */
  #instruction(eip: number): Instruction | null {
    let i = this.#instructions.get(eip);
    if (i !== undefined) return i;
    i = this.#decode(eip);
    this.#instructions.set(eip, i);
    return i;
  }

  #decode(eip: number): Instruction | null {
    const { code, start, key } = this.#source;
    const offset = (eip - this.#source.eip) | 0;
    if (offset >>> 0 >= PAGE) return null;
    const i = new Instruction(forms[INVALID_FORM]);
    return (this.#source.decode ?? decode)(code, start + offset, start + PAGE, eip, key, i) === 0 ? null : i;
  }
}
