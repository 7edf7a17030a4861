import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { assemble } from '../../../../runtime/firmware/assembler/index.ts';
import { Key } from '../../../../translator/abi/key.ts';
import { decode } from '../../../../translator/x86/decode.ts';
import { Instruction } from '../../../../translator/x86/instruction.ts';
import { forms } from '../../../../translator/x86/table/index.ts';

interface Expectation {
  readonly bits: 16 | 32;
  readonly address: number;
  readonly bytes: string;
  readonly text: string;
}

/** The results of NASM, see make-expectations.ts. */
const expectations: Expectation[] = readFileSync(new URL('expectations.txt', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => {
    const [bits, address, bytes, ...text] = line.split(' ');
    return {
      bits: bits === '16' ? 16 : 32,
      address: Number.parseInt(address!, 16),
      bytes: bytes!,
      text: text.join(' '),
    };
  });

/** Both orders of the registers are right, NASM takes the other one; ST0 is both the first register and the second. */
const eitherWay = /^(xchg \w+, \w+|f\w+ st0, st0)$/;

/** Instructions whose byte is that of NOP. */
const isNop = /^xchg (e?ax), \1$/;

const bytesOf = ({ bits, address, text }: Expectation): Uint8Array => assemble(text, { bits, origin: address }).bytes;
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex').toUpperCase();

describe('encoding from the instruction table', () => {
  test('gives the bytes that NASM gives, for every form', () => {
    const different = expectations
      .filter(({ text }) => !eitherWay.test(text))
      .map((expectation) => ({ ...expectation, got: hex(bytesOf(expectation)) }))
      .filter(({ bytes, got }) => bytes !== got);
    expect(expectations.length).toBeGreaterThan(3000);
    expect(different).toEqual([]);
  });

  test('gives the other encoding of the same length where there are two', () => {
    const ambiguous = expectations.filter(({ text }) => eitherWay.test(text));
    expect(ambiguous.length).toBeGreaterThan(0);
    for (const expectation of ambiguous) expect(hex(bytesOf(expectation))).toHaveLength(expectation.bytes.length);
  });

  test('is what the decoder reads', () => {
    const out = new Instruction(forms[0]!);
    for (const expectation of expectations) {
      const bytes = bytesOf(expectation);
      const length = decode(bytes, 0, bytes.length, expectation.address, expectation.bits === 32 ? Key.code32 : 0, out);
      const name = isNop.test(expectation.text) ? 'NOP' : expectation.text.split(' ')[0]!.toUpperCase();
      expect(length, expectation.text).toBe(bytes.length);
      expect([out.form.mnemonic, out.form.mnemonic16, `${out.form.mnemonic16}W`], expectation.text).toContain(name);
    }
  });
});
