import { type TargetView, targetIndexText } from '../abi/branch-targets.ts';
import { Segment, Word } from '../abi/state.ts';
import type { EmitContext } from './context.ts';

/** How emitted text asks the branch target buffer where an EIP is. */
export interface TargetLookup {
  /** Defines the index. */
  readonly index: string;
  /** Whether control may go there at once. */
  readonly isKnown: string;
  /** The record to go on at. */
  readonly record: string;
}

/** `k` is the name of the index. Null where instructions are counted, and for an EIP whose text is more than a name, as it is repeated. */
export function lookUpTarget(context: EmitContext, eip: string, k: string): TargetLookup | null {
  if (context.budgeted || !/^\w+$/.test(eip)) return null;
  const of = (view: TargetView) => context.table(view, k);
  const [linear, current] = context.flat
    ? [eip, context.key]
    : [`${eip}+${context.word(Word.segmentBase + Segment.cs)}`, context.word(Word.codeContext)];
  const isPage = `${of('TARGET_PAGE')}===${context.mappedAt(`${linear}>>>12`)}`;
  const holds = `${of('TARGET_EIP')}===${eip}&&${isPage}&&${of('TARGET_CONTEXT')}===${current}`;
  return {
    index: `${k}=${targetIndexText(eip)};`,
    isKnown: `${context.calm()}&&${holds}`,
    record: of('TARGET_RECORD'),
  };
}
