import type { Symbols } from '../../runtime/debug/symbols.ts';
import { functionName } from '../../runtime/exec/names.ts';
import { INSTRUCTION_COMMENT } from '../../translator/emit/names.ts';
import { createDecoder } from '../../translator/x86/decode.ts';
import type { CodeSnapshot } from '../machine-core.ts';
import { bytesOfHex, type Code } from './code.ts';

/** A snapshot of a running machine's code, to be taken through the stages again. That of a translation has its blocks. */
export function codeOfSnapshot(snapshot: CodeSnapshot, symbols: Symbols): Code {
  const hasRun = ranIn(snapshot);
  const targets = new Map(snapshot.targets);
  const features = new Set(snapshot.features);
  return {
    source: {
      code: bytesOfHex(snapshot.bytes),
      start: 0,
      eip: snapshot.pageEip | 0,
      key: snapshot.key,
      segment: snapshot.segment,
      decode: createDecoder(features),
      ...(hasRun && { hasRun }),
      targets: (eip) => targets.get(eip >>> 0) ?? [],
    },
    entries: snapshot.entries.map((eip) => eip | 0),
    end: null,
    limits: snapshot.limits,
    assumptions: {
      ...snapshot.assumptions,
      misaligned: new Set(snapshot.assumptions.misaligned),
      missing: new Set(snapshot.assumptions.missing),
      recursive: new Set(snapshot.assumptions.recursive),
    },
    options: snapshot.options,
    name: functionName(symbols.at(snapshot.linear)?.name, snapshot.linear),
    symbol: (address) => symbols.label(address + snapshot.linear - snapshot.eip),
  };
}

/** Code that has not run yet is looked at as if all of it had. */
function ranIn({ hasRun, eip: entry, pageEip }: CodeSnapshot): ((eip: number) => boolean) | undefined {
  const offsets = new Set(hasRun);
  if (!offsets.has((entry - pageEip) & 0xfff)) return undefined;
  return (eip) => offsets.has((eip - pageEip) & 0xfff);
}

/** EIPs of the instructions in a function's text, in its order. */
export function printedAddresses(text: string): number[] {
  return [...text.matchAll(INSTRUCTION_COMMENT)].map(([, digits]) => Number.parseInt(digits, 16));
}

/** A function's text by instruction: what is printed for each, and in front of the first (address null). */
export function textByInstruction(text: string): { address: number | null; text: string }[] {
  const parts = text.split(/^(?=\/\*[0-9a-f]{8}\*\/)/m);
  return parts.map((part) => {
    const match = /^\/\*([0-9a-f]{8})\*\/ ?/.exec(part);
    if (!match) return { address: null, text: part.trimEnd() };
    return { address: Number.parseInt(match[1], 16), text: part.slice(match[0].length).trimEnd() };
  });
}
