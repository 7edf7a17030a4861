import { PAGE_BYTES } from '../../abi/page.ts';
import {
  type Block,
  type MemoryStatement,
  type SegmentStatement,
  type Statement,
  type WindowStatement,
  windowOffset,
} from '../../ir/statement.ts';
import type { Value } from '../../ir/value.ts';
import type { EmitContext } from '../context.ts';
import type { LinkKind } from '../links.ts';
import { readModifyWrites } from '../read-modify-write.ts';
import type { CodeWriter } from './code.ts';
import type { WasmExpressions } from './expression.ts';
import { segmentPlaces, tableAt, type WasmLayout } from './layout.ts';
import { Op } from './opcodes.ts';

/** The region around an access, as writing it needs it. */
export interface WasmAccessHost {
  /** Takes what is on the stack as a statement's temporary. */
  define(s: Statement): void;
  /** Leaves in front of the current instruction. */
  interpret(kind?: LinkKind): void;
  interpretIf(condition: () => void, kind?: LinkKind): void;
  /** An access can't be done in place. */
  missed(): void;
}

/** Writes a region's accesses to guest memory. An index is that of a byte; the local `k` has the last one. */
export class WasmAccesses {
  private readonly context: EmitContext;
  private readonly layout: WasmLayout;
  private readonly code: CodeWriter;
  private readonly print: WasmExpressions;
  private readonly host: WasmAccessHost;
  /** Loads and stores that share a check, the load's. */
  private readonly shared: ReadonlySet<Statement>;

  constructor(
    context: EmitContext,
    layout: WasmLayout,
    blocks: readonly Block[],
    { code, print }: { readonly code: CodeWriter; readonly print: WasmExpressions },
    host: WasmAccessHost,
  ) {
    this.context = context;
    this.layout = layout;
    this.code = code;
    this.print = print;
    this.host = host;
    this.shared = new Set(blocks.flatMap(({ statements }) => [...readModifyWrites(statements)]));
  }

  access(s: MemoryStatement): void {
    const offset = windowOffset(s);
    if (offset !== undefined) {
      this.at(s, () => this.print.value(s.args[0]), offset);
      return;
    }
    const isShared = this.shared.has(s);
    const isRead = s.op === 'load' && !isShared;
    if (!isShared || s.op === 'load') this.check(s.args[0], s.size, isRead, () => this.host.missed());
    if (s.op !== 'probe') this.at(s, () => this.code.get('k'), 0);
  }

  /** A load or store at an index. */
  private at(s: MemoryStatement, index: () => void, offset: number): void {
    const { code } = this;
    const { view, size } = s;
    const place = this.layout.ram + offset;
    index();
    if (s.op === 'load') {
      code.access(loads[view === 'integer' ? size : view], place);
      if (view === 'single') code.op(Op.fromSingle);
      this.host.define(s);
      return;
    }
    this.print.value(s.args[1]);
    if (view === 'single') code.op(Op.toSingle);
    code.access(stores[view === 'integer' ? size : view], place);
  }

  window(s: WindowStatement): void {
    const { size, isShared } = s;
    const [start] = s.args;
    const isRead = s.access === 'read';
    const crosses = isShared ? () => this.host.interpret('narrow') : () => this.host.missed();
    if (isShared && size > 4) {
      this.host.interpretIf(() => this.isCrossing(start, size), 'narrow');
      this.check(start, 1, isRead, () => this.host.missed());
    } else this.check(start, size, isRead, crosses);
    this.code.get('k');
    this.host.define(s);
  }

  private isCrossing(address: Value, size: number): void {
    const { code } = this;
    this.print.value(address);
    code.constant(PAGE_BYTES - 1);
    code.op(Op.and);
    code.constant(PAGE_BYTES - size);
    code.op(Op.gtu);
  }

  /** Makes `k` the index of what is at a linear address, in one page; if it isn't to be had by a walk either, `miss` leaves. */
  private check(address: Value, size: number, isRead: boolean, miss: () => void): void {
    const { code, context, layout, print } = this;
    const tlb = tableAt(layout, isRead ? context.readTlb : context.writeTlb);
    code.open(Op.block, 'found');
    code.open(Op.block, 'slow');
    print.value(address);
    print.value(address);
    code.constant(12);
    code.op(Op.shr);
    code.constant(2);
    code.op(Op.shl);
    code.access(Op.load32, tlb, 2);
    code.constant(2);
    code.op(Op.shl, Op.xor);
    code.tee('k');
    code.constant(layout.ramBytes);
    if (size === 1) {
      code.op(Op.ltu);
      code.branch('found', Op.brIf);
    } else {
      code.op(Op.geu);
      code.branch('slow', Op.brIf);
      this.isCrossing(address, size);
      code.op(Op.eqz);
      code.branch('found', Op.brIf);
    }
    code.end();
    print.value(address);
    code.constant(size);
    code.call(isRead ? 'fillRead' : 'fillWrite');
    code.tee('k');
    code.constant(0);
    code.op(Op.ge);
    code.branch('found', Op.brIf);
    miss();
    code.op(Op.unreachable);
    code.end();
  }

  inSegment(s: SegmentStatement): void {
    const { code, print } = this;
    const [{ number: segment }, offset] = s.args;
    this.host.interpretIf(() => {
      print.value(offset);
      code.loadAt(segmentPlaces.low(segment));
      code.op(Op.sub, Op.doubleUnsigned);
      code.op(Op.constantDouble);
      code.bytes.double(s.size - 1);
      code.op(Op.fadd);
      code.constant(0);
      code.access(Op.loadDouble, segmentPlaces.span(segment, s.access), 3);
      code.op(Op.fgt);
    });
    code.loadAt(segmentPlaces.base(segment));
    print.value(offset);
    code.op(Op.add);
    this.host.define(s);
  }
}

const loads: Readonly<Record<string, number>> = {
  1: Op.load8,
  2: Op.load16,
  4: Op.load32,
  double: Op.loadDouble,
  single: Op.loadSingle,
};
const stores: Readonly<Record<string, number>> = {
  1: Op.store8,
  2: Op.store16,
  4: Op.store32,
  double: Op.storeDouble,
  single: Op.storeSingle,
};
