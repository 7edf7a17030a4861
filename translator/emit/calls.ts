import { RECORD_SHIFT } from '../abi/record.ts';
import { Segment, Word } from '../abi/state.ts';
import { lookUpTarget } from './branch-targets.ts';
import type { EmitContext } from './context.ts';
import { hex } from './names.ts';
import type { TransferParts } from './transfers.ts';

/** The parts of a region that a call is printed from. */
export interface CallParts extends TransferParts {
  /** Statements that store what the region keeps in locals. */
  readonly store: string;
  /** Statements that leave the region in front of a callee that is known. */
  readonly leave: string;
  /** Index in `i.links` of the node at the return address, and that address. */
  readonly back: number;
  readonly returnEip: number;
}

/**
 * A call as a nested JavaScript call: state stored, callee run, state loaded again, on with the instruction after the
 * call. All that the caller knows is in the state meanwhile, so whoever comes to the return address, the callee or
 * another task, finds it right. Where calls are nested too deep the region is left instead, and where somebody asks for
 * attention: functions that call others forwards, twice each, come to a number of calls without end.
 */
export function directCall(parts: CallParts, target: number, link: number): string {
  const leave = `if(${isOut(parts)}${isAsked(parts)}){${parts.leave}}`;
  return `${parts.store}${leave}${takeDepth(parts)}c=i.links[${link}];${nested(parts, enter(parts, target))}`;
}

/** Text of a call whose callee is known only now: whoever looks it up sees whether an exit is requested. */
export function indirectCall(parts: CallParts, target: string): string {
  const leave = `if(${isOut(parts)}){return c;}`;
  return `${parts.store}${calleeAt(parts.context, target)}${leave}${takeDepth(parts)}${nested(parts, 'c=c.enter(c);')}`;
}

function calleeAt(context: EmitContext, target: string): string {
  const search = `c=${context.cell('AT')}(${target});if(c===null)return null;`;
  const known = lookUpTarget(context, target, 'k');
  if (known === null) return search;
  const node = `${context.cell('NODES')}[${known.record}>>>${RECORD_SHIFT}]`;
  return `${known.index}c=${known.isKnown}?${node}:null;if(c===null){${search}}`;
}

/** Runs the callee's translation: at once if it is in this page or in one that is still mapped where it was. */
function enter({ context, addresses }: CallParts, target: number): string {
  if (!context.flat) return 'c=c.enter(c);';
  return `c=${context.mappedAt(`${addresses.text(target)}>>>12`)}===c.targetId?c.taken.enter(c.taken):c.enter(c);`;
}

/** Whether calls are nested too deep, or nothing is left of the budget. */
function isOut({ context }: CallParts): string {
  const isDeep = `${context.word(Word.callDepth)}<=0`;
  return context.budgeted ? `${isDeep}||${context.isUsedUp()}` : isDeep;
}

function isAsked({ context }: CallParts): string {
  return context.budgeted ? '' : `||${context.asked()}`;
}

function takeDepth({ context }: CallParts): string {
  const depth = context.word(Word.callDepth);
  return `${depth}=${depth}-1|0;${context.budgeted ? context.takeOne() : ''}`;
}

function nested(parts: CallParts, run: string): string {
  const { context } = parts;
  const depth = context.word(Word.callDepth);
  const back = `i.links[${parts.back}]`;
  const isThere = `${context.word(Word.eip)}===${parts.addresses.text(parts.returnEip)}${isInSegment(parts)}`;
  const came = `c===${context.cell('RETURN')}&&${isThere}`;
  const other = `if(!(${came})&&${context.cell('CALL')}(c,${back})===null)return null;`;
  return `${run}${other}${depth}=${depth}+1|0;/*back at ${hex(parts.returnEip)}*/`;
}

/** Where code is not flat a callee may have returned to another segment, as by RET far. */
function isInSegment({ context, segment }: CallParts): string {
  if (context.flat) return '';
  const base = context.word(Word.segmentBase + Segment.cs);
  const limit = context.word(Word.segmentLimit + Segment.cs);
  return `&&${base}===${segment.base | 0}&&${limit}===${segment.limit | 0}`;
}
