import { describe, expect, test } from 'vitest';
import { cpuModel, cpuModelNames, cpuProblem, cpuWarnings } from '../../../runtime/cpu/model.ts';
import { sixtyFourBitModel, sixtyFourBitModels } from '../../../runtime/cpu/sixty-four-bit-models.ts';
import { Word } from '../../../translator/abi/state.ts';
import { type FeatureName, featureTable } from '../../../translator/x86/features.ts';
import { caught, Rig } from './rig.ts';

/** Four registers of a leaf of CPUID. */
function cpuid(name: string, leaf: number): number[] {
  const rig = new Rig(cpuModel(name));
  Object.assign(rig.words, { [Word.eax]: leaf, [Word.ecx]: 0 });
  rig.trap('identify');
  return [Word.eax, Word.ebx, Word.ecx, Word.edx].map((word) => rig.words[word]! >>> 0);
}

// EAX of leaf 1 as QEMU 7.2 has it (info registers after a reset: EDX).
test.each([
  ['qemu64', 0x60fb1, 'AuthenticAMD'],
  ['kvm64', 0xf61, 'GenuineIntel'],
  ['athlon', 0x623, 'AuthenticAMD'],
  ['phenom', 0x100f23, 'AuthenticAMD'],
  ['Conroe', 0x6f3, 'GenuineIntel'],
  ['Nehalem', 0x106a3, 'GenuineIntel'],
  ['SandyBridge', 0x206a1, 'GenuineIntel'],
  ['Haswell', 0x306c4, 'GenuineIntel'],
  ['Opteron_G5', 0x600f20, 'AuthenticAMD'],
  ['EPYC', 0x800f12, 'AuthenticAMD'],
  ['EPYC-Milan', 0xa00f11, 'AuthenticAMD'],
  ['Dhyana', 0x900f01, 'HygonGenuine'],
])('%s: signature and vendor are those of QEMU', (name, signature, vendor) => {
  expect(cpuid(name, 1)[0]).toBe(signature);
  const [, b, c, d] = cpuid(name, 0);
  expect(new TextDecoder().decode(Uint32Array.of(b!, d!, c!))).toBe(vendor);
});

/** Whether a feature is only there where it is asked for. */
const isOptional = (name: string): boolean => featureTable[name as FeatureName]?.has === 'optional';

describe('features', () => {
  test('are there, or the model says that they are missing', () => {
    expect(sixtyFourBitModels.length).toBeGreaterThan(40);
    for (const name of sixtyFourBitModels) {
      const { features, lacking } = cpuModel(name);
      const told = [...features].filter((feature) => feature !== 'base').concat(lacking as never[]);
      const usual = sixtyFourBitModel(name).features.filter((feature) => !isOptional(feature));
      expect([...told].sort(), name).toEqual([...usual].sort());
    }
  });

  test.each(['qemu64', 'phenom', 'Haswell'])('%s: 64 bits are missing', (name) => {
    expect(cpuWarnings(name)).toContain(
      "this processor doesn't support requested feature: CPUID.80000001H:EDX.lm [bit 29]",
    );
    expect(cpuid(name, 0x80000001)[3]! & (1 << 29)).toBe(0);
    expect(cpuProblem(`${name},enforce`)).toContain('CPUID.80000001H:EDX.lm [bit 29]');
  });

  test('follow from other models', () => {
    expect([...cpuModel('Haswell').features]).toEqual(
      expect.arrayContaining(['ssse3', 'sse4.2', 'aes', 'rdrand', 'movbe']),
    );
    expect(cpuModel('Haswell').lacking).toEqual(expect.arrayContaining(['avx', 'avx2', 'hle', 'rtm']));
    expect(cpuModel('Haswell-noTSX').lacking).not.toContain('hle');
    expect(cpuModel('athlon').features.has('nx')).toBe(false);
    expect(cpuWarnings('athlon,-3dnow,-3dnowext,-mmxext')).toEqual([]);
  });

  test('of leaf 1 are told once more by processors of AMD', () => {
    const [, , , usual] = cpuid('phenom', 1);
    expect(cpuid('phenom', 0x80000001)[3]! & ~(1 << 20)).toBe(usual! & 0x0183f3ff);
    expect(cpuid('Nehalem', 0x80000001)[3]).toBe(1 << 20);
  });
});

test('SYSCFG and HWCR are there where systems read them without a check: on processors of AMD from family 15 on', () => {
  const reads = (name: string, number: number) => {
    const rig = new Rig(cpuModel(name));
    rig.words[Word.ecx] = number;
    return caught(() => rig.trap('readModelRegister')) === undefined;
  };
  for (const number of [0xc0010010, 0xc0010015]) {
    expect(['qemu64', 'phenom', 'EPYC-Milan', 'Dhyana'].map((name) => reads(name, number))).not.toContain(false);
    expect(['athlon', 'kvm64', 'Haswell', 'max'].map((name) => reads(name, number))).not.toContain(true);
  }
});

test('names are taken in any case, and with the number of the first version', () => {
  expect(cpuModel('sandybridge')).toEqual(cpuModel('SandyBridge'));
  expect(cpuModel('Haswell-v1')).toEqual(cpuModel('Haswell'));
  expect(cpuModelNames).toContain('Opteron_G1');
  expect(cpuProblem('Haswell-v9')).toContain("unknown model 'Haswell-v9'; there are: 486, pentium");
});
