import { Word } from '../abi/state.ts';
import type { Block, IndirectStatement, JumpStatement, Statement } from '../ir/statement.ts';
import type { Value } from '../ir/value.ts';
import type { CodeSegment } from '../region/select.ts';
import type { Addresses } from './addresses.ts';
import { directCall, indirectCall } from './calls.ts';
import type { EmitContext } from './context.ts';
import type { ExpressionPrinter } from './expression.ts';
import type { Links } from './links.ts';

/** The parts that the transfers of a region share. */
export interface TransferParts {
  readonly context: EmitContext;
  readonly links: Links;
  readonly addresses: Addresses;
  readonly segment: CodeSegment;
}

/** The functions of the region around it that printing a transfer needs. */
export interface TransferHost {
  /** Whether a block of the region begins at an EIP. */
  isInside(eip: number): boolean;
  /** Whether the current block may branch to an EIP: its block is in the region, and the x87 stack is as that expects it. */
  isBranch(eip: number): boolean;
  /** EIP of the current instruction. */
  eip(): number;
  /** Text that branches to an EIP from the current block. */
  goTo(eip: number, isJump: boolean): string;
  /** Text that leaves the region for an EIP. */
  exit(eip: number, isJump: boolean): string;
  /** Text that leaves the region for a callee that can't be nested. */
  exitDeep(eip: number): string;
  /** Text that leaves to the dispatcher in front of an EIP if it is asked for. */
  poll(eip: number): string;
  /** Text that leaves in front of the current instruction, which its handler then runs. */
  interpret(): string;
  /** Text that stores what the region keeps in locals. */
  store(): string;
  /** Text that loads it again, and goes on in a block of the region. */
  comeBack(back: number): string;
}

/** Prints how a region's blocks end. */
export class TransferPrinter {
  readonly #parts: TransferParts;
  readonly #print: ExpressionPrinter;
  readonly #host: TransferHost;
  #countsCalls = false;

  constructor(parts: TransferParts, print: ExpressionPrinter, host: TransferHost) {
    this.#parts = parts;
    this.#print = print;
    this.#host = host;
  }

  transfer(s: Statement, block: Block): string {
    const host = this.#host;
    const print = this.#print;
    const [a, b, c] = s.args;
    switch (s.op) {
      case 'exitIf':
        return `if(${print.boolean(a)}){${host.goTo(b.number, false)}}`;
      case 'jump':
        return this.#jump(s);
      case 'branch':
        return `if(${print.boolean(a)}){${host.goTo(b.number, true)}}${host.goTo(c.number, false)}`;
      case 'indirect':
        return this.#indirect(s);
      default:
        // With a `resume` after it that one says how it goes on.
        return s === block.statements.at(-1) ? `{${host.interpret()}}` : '';
    }
  }

  #jump(s: JumpStatement): string {
    const host = this.#host;
    const eip = s.args[0].number;
    switch (s.kind) {
      case 'call':
        return this.#call(s);
      case 'resume':
        return host.isInside(eip) ? this.handled(eip) : `{${host.interpret()}}`;
      default:
        return host.goTo(eip, s.kind === 'jump');
    }
  }

  /** Has the handler of the current instruction run, and goes on in the region after it unless that leads elsewhere. */
  handled(back: number): string {
    const host = this.#host;
    const parts = this.#parts;
    const run = `c=i.links[${parts.links.indexOf(host.eip(), 'interpret')}];c=c.run(c);`;
    const other = `if(c!==i.links[${parts.links.indexOf(back, 'back')}])return c;`;
    return host.store() + run + other + host.comeBack(back);
  }

  #indirect(s: IndirectStatement): string {
    const { context } = this.#parts;
    const store = () => this.#host.store();
    const target = this.#print.integer(s.args[0]);
    switch (s.kind) {
      case 'call':
        return this.#call(s);
      case 'return':
        return `${this.#returnTargets(target, s.args.slice(1))}${store()}${context.word(Word.eip)}=${target};return ${context.cell('RETURN')};`;
      case 'comeBack':
        return `${store()}${context.word(Word.eip)}=${target};return ${context.cell('RETURNED')}();`;
      default:
        return `${this.#knownTargets(target, s.args.slice(1))}${store()}return ${context.cell('AT')}(${target});`;
    }
  }

  /** A return is a jump after a call that was one, and where no call is nested. */
  #returnTargets(target: string, known: readonly Value[]): string {
    if (known.length === 0) return '';
    const { context } = this.#parts;
    const isUnnested = `${context.word(Word.callDepth)}===${context.options.callDepth}`;
    this.#countsCalls = true;
    return `if(deep>0?(deep=deep-1|0,true):${isUnnested}){${this.#knownTargets(target, known)}}`;
  }

  /** Declarators, with a comma in front of each: `deep` counts the calls that were jumps and from which nothing has returned yet. */
  declarations(): string {
    return this.#countsCalls ? ',deep=0' : '';
  }

  /** Branches to those targets of an indirect jump that are in the region. */
  #knownTargets(target: string, known: readonly Value[]): string {
    const inside = known.filter((v) => this.#host.isInside(v.number));
    const cases = inside.map((v) => ({ eip: v.number, text: this.#host.goTo(v.number, true) }));
    return this.#parts.addresses.choose(target, cases);
  }

  /** Goes to a callee that can't be nested. */
  #tooDeep({ args }: JumpStatement): string {
    const [{ number: eip }] = args;
    const leave = this.#host.poll(eip);
    if (args.length === 2 || !this.#host.isBranch(eip)) return leave + this.#host.exitDeep(eip);
    this.#countsCalls = true;
    return `${leave}deep=deep+1|0;${this.#host.goTo(eip, true)}`;
  }

  /** A nested call if the region goes on after it, else an exit. */
  #call(s: JumpStatement | IndirectStatement): string {
    const host = this.#host;
    const parts = this.#parts;
    const [target, back] = s.args;
    const callee = this.#print.integer(target);
    if (!host.isInside(back.number)) {
      if (s.op === 'jump') return host.exit(target.number, true);
      return `${host.store()}return ${parts.context.cell('AT')}(${callee});`;
    }
    const call = {
      ...parts,
      store: host.store(),
      leave: s.op === 'jump' ? this.#tooDeep(s) : '',
      back: parts.links.indexOf(back.number, 'back'),
      returnEip: back.number,
    };
    const text =
      s.op === 'jump'
        ? directCall(call, target.number, parts.links.indexOf(target.number, 'entry'))
        : indirectCall(call, callee);
    return text + host.comeBack(back.number);
  }
}
