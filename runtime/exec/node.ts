import { isCall } from '../../translator/region/flow.ts';
import { Instruction } from '../../translator/x86/instruction.ts';
import { forms, INVALID_FORM } from '../../translator/x86/table/index.ts';
import type { CodePage } from './code-page.ts';
import { NO_PAGE } from './code-pages.ts';

/** The result of a translation or link: the node to go on at, or null to leave to the dispatcher at Word.eip. */
export type Run = (node: Node) => Node | null;

/**
 * Translations are best entered at functions: what is inside one is reached from there, and an entry of its own means a dispatch,
 * or the code a second time. So a loop must run longer to get one, and a forward target or return address much longer.
 */
export const EntryWeight = { none: 0, inner: 4, loop: 8, root: 16 } as const;

/** Targets that are noted for an indirect jump: more are not worth comparing with. */
const MOST_TARGETS = 16;

/**
 * A decoded instruction, or gate, as an object: where a translation begins or is left to, and where something is noted of an
 * instruction. All others are records alone. A node is identified by its code page and offset and is never replaced: what becomes
 * stale is reset in place, so that links to it stay right.
 */
export class Node extends Instruction {
  /** For a gate: number of the code page that `taken` is in; NO_PAGE while it leads nowhere. */
  targetId = NO_PAGE;
  /** The translation that begins here, or what a link of a translation does. */
  run: Run;
  /** A nested call of a translation runs it: the translation that begins here, the gate, or a function that returns the node. */
  enter: Run;
  page: CodePage;
  /** Heat at which tiering looks at it: first to see whether its code is slow, then to translate it. */
  due = 0;
  /** Length in bytes; 0 while not decoded. */
  length = 0;
  /** For an instruction that crosses a page boundary: its bytes in the second page. */
  tail: Uint8Array | null = null;
  /** For an indirect jump: the first few EIPs that it went to. */
  targets: number[] | null = null;
  /** Nodes that the translation starting here may leave to. */
  links: Node[] | null = null;

  constructor(page: CodePage, eip: number, run: Run) {
    super(forms[INVALID_FORM]);
    // What `become` does, for the compiler to see.
    this.page = page;
    this.eip = eip;
    this.run = run;
    this.enter = run;
  }

  /** Forgets what it is and where it leads, and becomes another one; decoding rewrites the rest. */
  become(page: CodePage, eip: number, run: Run): void {
    this.page = page;
    this.eip = eip;
    this.run = run;
    this.enter = run;
    this.taken = null;
    this.due = 0;
    this.targetId = NO_PAGE;
    this.length = 0;
    this.tail = null;
    this.targets = null;
    this.links = null;
  }

  /** It is an indirect jump, which has gone to an EIP. */
  noteTarget(eip: number): void {
    this.targets ??= [];
    if (this.targets.length < MOST_TARGETS && !this.targets.includes(eip)) this.targets.push(eip);
  }

  /** A place where a translation leaves to the runtime: it is no instruction, so it has no record. */
  get isLink(): boolean {
    return this.record === 0;
  }

  /** A translation begins here. */
  get isTranslated(): boolean {
    return this.length > 0 && this.run === this.enter;
  }
}

/** The `run` of a node where no translation begins, and of one that is no code. */
export const notRun: Run = () => {
  throw new Error('a node was run where no translation begins');
};

/** Weight of the target of a relative jump or call. */
export function targetWeight(i: Instruction): number {
  if (isCall(i)) return EntryWeight.root;
  return i.target >>> 0 <= i.eip >>> 0 ? EntryWeight.loop : EntryWeight.inner;
}
