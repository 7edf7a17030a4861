import { type Encoding, type EncodingPrefix, OPCODES, parseEncoding } from './table/encoding.ts';
import type { Feature } from './table/form.ts';
import { forms, INVALID_FORM, TOO_LONG_FORM } from './table/index.ts';

/** The four cases of mandatory prefixes; F2 and F3 win over 66. */
export const Variant = { none: 0, operandSize: 1, repeat: 2, repeatNot: 3 } as const;
const VARIANTS = 4;

/** Each form's encoding, by id; the special forms have none. */
export const encodings: readonly (Encoding | undefined)[] = forms.map((form) =>
  form.id === INVALID_FORM || form.id === TOO_LONG_FORM ? undefined : parseEncoding(form),
);

/** Encodings that a form takes, out of all of one prefix: a form that takes fewer wins over one that takes more. */
function extent({ opcodeCount, modrm }: Encoding): number {
  return opcodeCount * (modrm.length || 256);
}

function variantsOf(prefix: EncodingPrefix): readonly number[] {
  switch (prefix) {
    case 'any':
      return [Variant.none, Variant.operandSize, Variant.repeat, Variant.repeatNot];
    case 'none':
      return [Variant.none];
    case 'unrepeated':
      return [Variant.none, Variant.operandSize];
    case 0x66:
      return [Variant.operandSize];
    case 0xf3:
      return [Variant.repeat];
    case 0xf2:
      return [Variant.repeatNot];
  }
}

/** The features of a CPU, as far as they guard forms. */
export interface FeatureSet {
  has(feature: Feature): boolean;
}

/** Form ids, before they are packed. */
class Spread {
  /** By variant, opcode and ModR/M byte. */
  readonly ids = new Int16Array(VARIANTS * OPCODES * 256).fill(INVALID_FORM);
  /** By variant and opcode: 0: it has one form for all ModR/M bytes. */
  readonly isMixed = new Uint8Array(VARIANTS * OPCODES);

  place(variant: number, { opcode, opcodeCount, modrm }: Encoding, id: number): void {
    const first = variant * OPCODES + opcode;
    for (let at = first; at < first + opcodeCount; at++) {
      if (modrm.length === 0) this.ids.fill(id, at * 256, at * 256 + 256);
      for (const byte of modrm) this.ids[at * 256 + byte] = id;
      this.isMixed[at] = modrm.length === 0 ? 0 : 1;
    }
  }
}

function spread(features: FeatureSet): Spread {
  const spread = new Spread();
  const rows = encodings.flatMap((encoding, id) =>
    encoding && features.has(forms[id]!.feature) ? [{ encoding, id }] : [],
  );
  rows.sort((a, b) => extent(b.encoding) - extent(a.encoding));
  for (const { encoding, id } of rows) {
    for (const variant of variantsOf(encoding.prefix)) spread.place(variant, encoding, id);
  }
  return spread;
}

export interface Lookup {
  /** By variant * OPCODES + opcode: a form's id, or, if negative, the complement of the number of a page. */
  readonly opcodes: Int16Array;
  /** By page * 256 + ModR/M byte: a form's id. */
  readonly pages: Int16Array;
}

/** Keeps one number for an opcode that has one form, and a page of 256 for the others; equal pages once. */
function pack({ ids, isMixed }: Spread): Lookup {
  const opcodes = new Int16Array(VARIANTS * OPCODES);
  const pages: Int16Array[] = [];
  const numbers = new Map<string, number>();
  for (let n = 0; n < opcodes.length; n++) {
    const page = ids.subarray(n * 256, n * 256 + 256);
    if (isMixed[n] === 0 || page.every((id) => id === page[0])) {
      opcodes[n] = page[0]!;
      continue;
    }
    const text = page.join();
    const number = numbers.get(text) ?? pages.push(page) - 1;
    numbers.set(text, number);
    opcodes[n] = ~number;
  }
  const packed = new Int16Array(pages.length * 256);
  pages.forEach((page, number) => {
    packed.set(page, number * 256);
  });
  return { opcodes, pages: packed };
}

/**
 * The forms of a CPU with these features. Encodings of other forms mean what they do to processors without them: another
 * form (hints are NOPs), else an invalid opcode.
 */
export function makeLookup(features: FeatureSet): Lookup {
  return pack(spread(features));
}
