import { RETURN_RECORD } from '../../abi/record.ts';
import { Segment, Word } from '../../abi/state.ts';
import type { IndirectStatement, JumpStatement, Statement } from '../../ir/statement.ts';
import type { CodeSegment } from '../../region/select.ts';
import type { EmitContext } from '../context.ts';
import type { LinkKind, Links } from '../links.ts';
import type { CodeWriter } from './code.ts';
import type { WasmExpressions } from './expression.ts';
import { wordAt } from './layout.ts';
import { Op } from './opcodes.ts';

/** Parts that all transfers of a region share. */
export interface WasmTransferParts {
  readonly context: EmitContext;
  readonly links: Links;
  readonly segment: CodeSegment;
  readonly code: CodeWriter;
  readonly print: WasmExpressions;
}

/** The region around a transfer, as writing it needs it (see TransferHost). */
export interface WasmTransferHost {
  isInside(eip: number): boolean;
  eip(): number;
  goTo(eip: number, isJump: boolean): void;
  exit(eip: number, isJump: boolean): void;
  leaveBy(eip: number, kind: LinkKind): void;
  poll(eip: number): void;
  /** Puts on the stack whether the dispatcher is asked for. */
  asked(): void;
  interpret(): void;
  store(): void;
  load(): void;
  storeWord(word: number, value: () => void): void;
  address(eip: number): void;
  nested(write: () => void): void;
}

/** Writes how a region's blocks end. */
export class WasmTransfers {
  private readonly context: EmitContext;
  private readonly links: Links;
  private readonly segment: CodeSegment;
  private readonly code: CodeWriter;
  private readonly print: WasmExpressions;
  private readonly host: WasmTransferHost;

  constructor({ context, links, segment, code, print }: WasmTransferParts, host: WasmTransferHost) {
    this.context = context;
    this.links = links;
    this.segment = segment;
    this.code = code;
    this.print = print;
    this.host = host;
  }

  transfer(s: Statement, isLast: boolean): void {
    if (s.op === 'jump') {
      this.jump(s);
      return;
    }
    if (s.op === 'indirect') {
      this.indirect(s);
      return;
    }
    // A trap: with a `resume` after it that one says how it goes on.
    if (isLast) this.host.interpret();
  }

  private jump(s: JumpStatement): void {
    const eip = s.args[0].number;
    if (s.kind === 'call') {
      this.directCall(s);
      return;
    }
    if (s.kind !== 'resume') {
      this.host.goTo(eip, s.kind === 'jump');
      return;
    }
    if (this.host.isInside(eip)) this.handled(eip);
    else this.host.interpret();
  }

  /** Has the handler of the current instruction run, and goes on in the region after it unless that leads elsewhere. */
  handled(back: number): void {
    const { code, links } = this;
    this.host.store();
    code.constantOf('number', links.indexOf(this.host.eip(), 'interpret'));
    code.call('run');
    code.tee('r');
    code.constantOf('record', links.indexOf(back, 'back'));
    code.op(Op.ne);
    code.open(Op.if);
    code.get('r');
    code.op(Op.return);
    code.end();
    this.comeBack(back);
  }

  /** Goes on at an EIP, with what the region keeps in locals fetched again. */
  private comeBack(back: number): void {
    this.host.load();
    this.host.goTo(back, false);
  }

  private indirect(s: IndirectStatement): void {
    const { code, print } = this;
    const [target, ...known] = s.args;
    if (s.kind === 'call') {
      this.indirectCall(s);
      return;
    }
    if (s.kind === 'return' || s.kind === 'comeBack') {
      this.host.store();
      this.host.storeWord(Word.eip, () => print.value(target));
      if (s.kind === 'comeBack') {
        code.call('back', Op.returnCall);
        return;
      }
      code.constant(RETURN_RECORD);
      code.op(Op.return);
      return;
    }
    for (const { number } of known.filter((v) => this.host.isInside(v.number))) {
      print.value(target);
      this.host.address(number);
      code.op(Op.eq);
      code.open(Op.if);
      this.host.nested(() => this.host.goTo(number, true));
      code.end();
    }
    this.host.store();
    print.value(target);
    code.call('jump', Op.returnCall);
  }

  /** A nested call if the region goes on after it, else an exit. */
  private directCall(s: Statement): void {
    const { code, links } = this;
    const { context } = this;
    const [{ number: target }, { number: back }] = s.args;
    if (!this.host.isInside(back)) {
      this.host.exit(target, true);
      return;
    }
    this.host.store();
    this.isTooDeep();
    if (!context.budgeted) {
      this.host.asked();
      code.op(Op.or);
    }
    code.open(Op.if);
    this.host.nested(() => {
      this.host.poll(target);
      this.host.leaveBy(target, context.budgeted ? 'entry' : 'deep');
    });
    code.end();
    this.addToDepth(-1);
    const link = links.indexOf(target, 'entry');
    // Where instructions are counted the runtime takes those of the callee.
    code.constantOf(context.budgeted ? 'record' : 'exit', link);
    if (!context.budgeted) code.call('go');
    this.afterCall(back);
  }

  /** A call of a computed address. */
  private indirectCall(s: Statement): void {
    const { code, print } = this;
    const [target, { number: back }] = s.args;
    this.host.store();
    if (this.host.isInside(back)) {
      this.isTooDeep();
      code.open(Op.if);
    }
    print.value(target);
    code.call('jump', Op.returnCall);
    if (!this.host.isInside(back)) return;
    code.end();
    this.addToDepth(-1);
    print.value(target);
    code.call('jump');
    this.afterCall(back);
  }

  private isTooDeep(): void {
    const { code } = this;
    code.loadAt(wordAt(Word.callDepth));
    code.constant(0);
    code.op(Op.le);
  }

  private addToDepth(calls: number): void {
    const { code } = this;
    this.host.storeWord(Word.callDepth, () => {
      code.loadAt(wordAt(Word.callDepth));
      code.constant(calls);
      code.op(Op.add);
    });
  }

  /** The callee's result is on the stack: goes on if it has returned here, else runs on until control comes here. */
  private afterCall(back: number): void {
    const { code } = this;
    code.set('r');
    code.open(Op.block, 'returned');
    code.get('r');
    code.constant(RETURN_RECORD);
    code.op(Op.eq);
    code.loadAt(wordAt(Word.eip));
    this.host.address(back);
    code.op(Op.eq, Op.and);
    this.isInSegment();
    code.branch('returned', Op.brIf);
    code.get('r');
    code.constantOf('record', this.links.indexOf(back, 'back'));
    code.call('call');
    code.branch('returned', Op.brIf);
    code.constant(0);
    code.op(Op.return);
    code.end();
    this.addToDepth(1);
    this.comeBack(back);
  }

  /** Where code is not flat a callee may have returned to another segment. */
  private isInSegment(): void {
    if (this.context.flat) return;
    const { code, segment } = this;
    const words = [
      [Word.segmentBase, segment.base],
      [Word.segmentLimit, segment.limit],
    ];
    for (const [word, value] of words) {
      code.loadAt(wordAt(word + Segment.cs));
      code.constant(value);
      code.op(Op.eq, Op.and);
    }
  }
}
