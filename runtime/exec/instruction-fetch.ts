import { Vector } from '../../translator/abi/faults.ts';
import { Key } from '../../translator/abi/key.ts';
import { PAGE_BYTES as PAGE } from '../../translator/abi/page.ts';
import { type Decode, MAX_LENGTH } from '../../translator/x86/decode.ts';
import { raise } from '../fault.ts';
import type { Mmu } from '../memory/mmu.ts';
import type { CodeContext } from './code-contexts.ts';
import type { Node } from './node.ts';

/** Reads the bytes of instructions and decodes them. */
export class InstructionFetch {
  private readonly mmu: Mmu;
  private readonly decoder: Decode;
  /** Bytes of an instruction that crosses a page boundary, put together. */
  private readonly joined = new Uint8Array(2 * MAX_LENGTH);

  constructor(mmu: Mmu, decoder: Decode) {
    this.mmu = mmu;
    this.decoder = decoder;
  }

  /**
   * Decodes a node's bytes that are in its page, and gives their number; 0 if the instruction goes on in the next page. Faults as
   * fetching it does.
   */
  within(node: Node): number {
    const { page } = node;
    if (page.frame < 0) raise(Vector.invalidOpcode);
    const start = page.frame * PAGE;
    const at = start + (page.distanceTo(node.eip) & (PAGE - 1));
    const length = this.decoder(this.mmu.ram.bytes, at, start + PAGE, node.eip, page.context.key, node);
    if (length !== 0) requireFetchable(page.context, node.eip, length);
    return length;
  }

  /** Decodes a node's bytes that are in two pages, and gives their number. The node remembers the last ones. */
  across(node: Node): number {
    const { page } = node;
    const offset = page.distanceTo(node.eip) & (PAGE - 1);
    const start = page.frame * PAGE + offset;
    const available = PAGE - offset;
    // At least one byte more: the limit comes before a page fault (Intel SDM vol. 3, table 6-2).
    requireFetchable(page.context, node.eip, available + 1);
    const second = this.secondPage(node);
    if (second < 0) raise(Vector.invalidOpcode);
    const { bytes } = this.mmu.ram;
    this.joined.set(bytes.subarray(start, start + available));
    this.joined.set(bytes.subarray(second, second + MAX_LENGTH), available);
    const length = this.decoder(this.joined, 0, available + MAX_LENGTH, node.eip, page.context.key, node);
    requireFetchable(page.context, node.eip, length);
    node.tail = bytes.slice(second, second + length - available);
    return length;
  }

  /** Whether the page after a node's begins with the last bytes that the node was decoded from. Faults as fetching them does. */
  hasTail(node: Node): boolean {
    const second = this.secondPage(node);
    if (second < 0) return false;
    const { bytes } = this.mmu.ram;
    // No `every`: this runs each time that such an instruction does.
    let n = 0;
    for (const byte of node.tail!) if (bytes[second + n++] !== byte) return false;
    return true;
  }

  /** Where the page after a node's is in the buffer of memory; negative if no code can be there. */
  private secondPage({ page }: Node): number {
    return this.mmu.fetch(((page.linearPage + 1) << 12) | 0);
  }
}

/** The whole instruction must be within the code segment (Intel SDM vol. 3, 5.3). */
export function requireFetchable({ key, limit }: CodeContext, eip: number, length: number): void {
  if ((key & Key.flat) === 0 && (eip >>> 0) + length - 1 > limit >>> 0) raise(Vector.generalProtection);
}
