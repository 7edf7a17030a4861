import { describe, expect, test } from 'vitest';
import { changeableFeatures, isFeatureName, lackingFeatures, needsOf } from '../../../runtime/cpu/features.ts';
import {
  type CpuFeature,
  cpuModel,
  cpuModelNames,
  cpuProblem,
  cpuWarnings,
  type SystemFeature,
} from '../../../runtime/cpu/model.ts';
import { Vector } from '../../../translator/abi/faults.ts';
import { Word } from '../../../translator/abi/state.ts';
import { type FeatureName, featureTable } from '../../../translator/x86/features.ts';
import { forms } from '../../../translator/x86/table/index.ts';
import { caught, Rig } from './rig.ts';

const max = cpuModel('max');
const all = [...max.features];
const features = all.filter((feature) => feature !== 'base');
const byInstructions = new Set(forms.map(({ feature }) => feature));

/** Four registers of a leaf of CPUID. */
function cpuid(rig: Rig, leaf: number, subleaf = 0): number[] {
  Object.assign(rig.words, { [Word.eax]: leaf, [Word.ecx]: subleaf });
  rig.trap('identify');
  return [Word.eax, Word.ebx, Word.ecx, Word.edx].map((word) => rig.words[word]!);
}

function reported(rig: Rig): CpuFeature[] {
  return changeableFeatures.filter((feature) => {
    const { leaf, register, bit } = featureTable[feature as FeatureName];
    return (cpuid(rig, leaf)[['EAX', 'EBX', 'ECX', 'EDX'].indexOf(register)]! >>> bit) & 1;
  });
}

const hasControl = (bit: number) => (rig: Rig) => caught(() => rig.trap('moveToControl', 4, 1 << bit)) === undefined;

function hasRegister(number: number): (rig: Rig) => boolean {
  return (rig) => {
    rig.words[Word.ecx] = number;
    return caught(() => rig.trap('readModelRegister')) === undefined;
  };
}

/** Behaviour that a system sees only with a feature. */
const behaviour: Record<SystemFeature, (rig: Rig) => boolean> = {
  vme: (rig) => hasControl(0)(rig) && hasControl(1)(rig),
  de: hasControl(3),
  pse: hasControl(4),
  pae: hasControl(5),
  mce: hasControl(6),
  pge: hasControl(7),
  apic: hasRegister(0x1b),
  mtrr: hasRegister(0xfe),
  'tsc-deadline': hasRegister(0x6e0),
  mca: hasRegister(0x179),
  pat: hasRegister(0x277),
  nx: hasRegister(0xc0000080),
  'tsc-adjust': hasRegister(0x3b),
  'arch-capabilities': hasRegister(0x10a),
  svm: hasRegister(0xc0010114),
  kvm: hasRegister(0x4b564d00),
  // Tests of memory/paging and of the clock; these two only tell.
  pse36: (rig) => rig.cpu.model.features.has('pse36'),
  invtsc: (rig) => rig.cpu.model.features.has('invtsc'),
  arat: (rig) => rig.cpu.model.features.has('arat'),
  npt: (rig) => rig.cpu.model.features.has('npt'),
  'nrip-save': (rig) => rig.cpu.model.features.has('nrip-save'),
  'vmcb-clean': (rig) => rig.cpu.model.features.has('vmcb-clean'),
  flushbyasid: (rig) => rig.cpu.model.features.has('flushbyasid'),
};

describe('CPUID', () => {
  test('tells of every feature by a bit of its own', () => {
    const places = changeableFeatures.map((name) => {
      const { leaf, register, bit } = featureTable[name as FeatureName];
      return `${leaf} ${register} ${bit}`;
    });
    expect(new Set(places).size).toBe(places.length);
    for (const { feature } of forms) if (feature !== 'base') expect(changeableFeatures).toContain(feature);
  });

  test('what a feature needs is there too', () => {
    const others = new Set(Object.values(featureTable).flatMap((row) => ('needs' in row ? row.needs : [])));
    expect([...others].filter((name) => !isFeatureName(name))).toEqual([]);
    const isLacking = (name: string) => (lackingFeatures as readonly string[]).includes(name);
    expect(changeableFeatures.flatMap((name) => needsOf(name as FeatureName)).filter(isLacking)).toEqual([]);
  });

  test.each(features)('%s: told, and there, only where the model has it', (feature) => {
    const without = cpuModel(`max,-${feature}`);
    expect(reported(new Rig(max)).sort()).toEqual([...features].sort());
    const told = reported(new Rig(without));
    expect(told).not.toContain(feature);
    expect(told.sort()).toEqual([...without.features].filter((other) => other !== 'base').sort());
    if (feature in behaviour) {
      const works = behaviour[feature as SystemFeature];
      expect([works(new Rig(max)), works(new Rig(without))]).toEqual([true, false]);
    } else expect([...byInstructions]).toContain(feature);
  });

  const optional = ['kvm', 'svm', 'npt', 'nrip-save', 'vmcb-clean', 'flushbyasid'] as const;
  test.each(optional)('%s: told, and there, only where it was asked for', (name) => {
    const rig = new Rig(cpuModel(`max,+${name}`));
    expect(reported(rig)).toContain(name);
    expect(reported(new Rig(max))).not.toContain(name);
    expect([behaviour[name](rig), behaviour[name](new Rig(max))]).toEqual([true, false]);
    expect(cpuModel(`max,+${name},${name}=off`).features.has(name)).toBe(false);
  });

  test('AMD-V has a leaf of its own', () => {
    expect(cpuid(new Rig(cpuModel('max,+npt')), 0x8000000a)).toEqual([1, 16, 0, 1]);
    expect(cpuid(new Rig(cpuModel('max,+svm')), 0x80000000)[0]! >>> 0).toBe(0x8000000a);
    expect(cpuid(new Rig(max), 0x80000000)[0]! >>> 0).toBe(0x80000008);
  });

  test('has every basic leaf up to the last one, and nothing after', () => {
    for (const name of cpuModelNames) {
      const model = cpuModel(name);
      const rig = new Rig(model);
      expect(cpuid(rig, 0)[0]).toBe(model.lastLeaf);
      expect(cpuid(rig, 1)[0]).toBe(model.signature);
      expect(cpuid(rig, model.lastLeaf + 1)).toEqual(cpuid(rig, model.lastLeaf));
    }
  });
});

describe('XSAVE in CPUID', () => {
  test('leaf 13 describes it, and OSXSAVE follows CR4', () => {
    const rig = new Rig(cpuModel('core2,+xsave'));
    expect(cpuid(rig, 0)[0]).toBe(13);
    expect(cpuid(rig, 13)).toEqual([3, 576, 576, 0]);
    expect(cpuid(rig, 13, 1)).toEqual([0, 0, 0, 0]);
    expect((cpuid(rig, 1)[2]! >>> 26) & 3).toBe(1);
    rig.trap('moveToControl', 4, 1 << 18);
    expect((cpuid(rig, 1)[2]! >>> 26) & 3).toBe(3);
    expect(hasControl(18)(new Rig(cpuModel('core2')))).toBe(false);
  });

  test('CLFLUSH comes with the size of a line', () => {
    expect((cpuid(new Rig(max), 1)[1]! >>> 8) & 0xff).toBe(8);
    expect((cpuid(new Rig(cpuModel('pentium3')), 1)[1]! >>> 8) & 0xff).toBe(0);
  });
});

describe('models', () => {
  test('have what they had', () => {
    const has = (name: string) => [...cpuModel(name).features];
    expect(has('486')).toEqual(['base', 'fpu', 'vme', 'pse']);
    expect(has('pentium')).toEqual(expect.arrayContaining(['tsc', 'msr', 'cx8', 'mce', 'de']));
    expect(has('pentium')).not.toContain('cmov');
    expect(has('pentium3')).toEqual(expect.arrayContaining(['cmov', 'pae', 'sep', 'mtrr', 'fxsr']));
    expect(has('pentium3')).not.toContain('nx');
    expect(has('core2')).toContain('nx');
    expect(has('core2')).toEqual(expect.arrayContaining(['sse2', 'pni', 'ssse3', 'clflush']));
    expect(has('core2')).not.toContain('sse4.1');
  });

  test.each([
    ['486', [4, 8, 0], 1],
    ['pentium', [5, 4, 3], 1],
    ['pentium2', [6, 5, 2], 2],
    ['core2duo', [6, 15, 11], 10],
    ['coreduo', [6, 14, 8], 10],
    ['n270', [6, 28, 2], 10],
    ['qemu32', [6, 6, 3], 4],
    ['kvm32', [15, 6, 1], 5],
  ] as const)('%s: family, model, stepping and last leaf are those of QEMU', (name, expected, lastLeaf) => {
    const rig = new Rig(cpuModel(name));
    const signature = cpuid(rig, 1)[0]!;
    const model = ((signature >>> 4) & 0xf) | ((signature >>> 12) & 0xf0);
    expect([(signature >>> 8) & 0xf, model, signature & 0xf]).toEqual(expected);
    expect(cpuid(rig, 0)[0]).toBe(lastLeaf);
  });

  test('that lack something say so, unless they are not to, or must not', () => {
    const [acpi, monitor] = ['CPUID.01H:EDX.acpi [bit 22]', 'CPUID.01H:ECX.monitor [bit 3]'];
    const warning = (place: string) => `this processor doesn't support requested feature: ${place}`;
    expect(cpuWarnings('n270')).toContain(warning(acpi));
    expect(cpuWarnings('coreduo,-acpi,ss=off')).toEqual([warning(monitor)]);
    expect(cpuWarnings('coreduo,check=off')).toEqual([]);
    expect(cpuWarnings('qemu32,enforce')).toEqual([]);
    expect(cpuProblem('coreduo,-acpi,-ss,enforce')).toBe(
      `this processor doesn't support requested features (${monitor}); leave 'enforce' out, or take them away`,
    );
    expect(cpuProblem('coreduo,-acpi,-ss,-monitor,enforce=on')).toBe(null);
    expect(cpuProblem('n270,enforce,enforce=off')).toBe(null);
    expect([...cpuModel('n270').features]).toEqual(expect.arrayContaining(['movbe', 'ssse3', 'nx']));
    expect([...cpuModel('qemu32').features]).not.toContain('vme');
  });

  test('lose what they never had', () => {
    expect(cpuModel('max,-avx,lm=off,-lahf_lm').features).toEqual(cpuModel('max').features);
    expect(cpuProblem('max,-foo')).toContain("unknown feature '-foo'");
  });

  test('can be changed', () => {
    expect(cpuModel('max,-tsc').features).not.toContain('invtsc');
    expect(cpuModel('486,+tsc,-pse').features).toEqual(new Set(['base', 'fpu', 'vme', 'tsc']));
    expect(cpuModel('core2,+sse4_1,+sse4.2').features).toContain('sse4.2');
    expect(cpuProblem('pentium,+nx')).toBeNull();
    expect(cpuProblem('8086')).toMatch(/unknown model '8086'.*486, pentium/);
    expect(cpuProblem('max,+warp')).toMatch(/unknown feature '\+warp'/);
    expect(cpuProblem('max,-base')).toMatch(/unknown feature/);
  });

  test('have what each of their features needs', () => {
    for (const name of cpuModelNames) {
      const model = cpuModel(name).features;
      for (const feature of model)
        if (feature !== 'base') expect(cpuModel(`${name},+${feature}`).features).toEqual(model);
    }
  });
});

describe('changes of a model', () => {
  const difference = (text: string, from: string) => {
    const [changed, plain] = [cpuModel(text).features, cpuModel(from).features];
    return [[...changed.difference(plain)].sort(), [...plain.difference(changed)].sort()];
  };

  test('what is added brings what it needs, what is taken away takes what needs it', () => {
    expect(difference('pentium,+sse2', 'pentium')).toEqual([['fxsr', 'sse', 'sse2'], []]);
    expect(difference('486,+tsc-deadline', '486')[0]).toEqual(['apic', 'fxsr', 'sse', 'sse2', 'tsc', 'tsc-deadline']);
    expect(difference('core2,-sse2', 'core2')).toEqual([[], ['pni', 'sse2', 'ssse3']]);
    expect(difference('core2,-sse,+popcnt', 'core2')).toEqual([['popcnt'], ['pni', 'sse', 'sse2', 'ssse3']]);
  });

  test('of changes to one feature the last counts', () => {
    expect(difference('core2,-nx,+nx', 'core2')).toEqual([[], []]);
    expect(difference('core2,+nx,-nx', 'core2')).toEqual([[], ['nx']]);
  });

  test.each([
    ['pentium,+sse2,-sse', "'+sse2' needs sse, which '-sse' takes away"],
    ['max,fxsr=off,SSE4.2=on', "'SSE4.2=on' needs fxsr, which 'fxsr=off' takes away"],
    ['core2,+sse4_1,+sse4-2,-sse3', "'+sse4_1' needs pni, which '-sse3' takes away"],
    ['pentium,+sse9', "unknown feature '+sse9' of the processor; there are: fpu, tsc, msr, cx8,"],
    ['max,toString=on', "unknown feature 'toString=on'"],
    ['max,+', "unknown feature '+'"],
    ['max,sse', "'sse' needs + or - in front: +sse adds it, -sse takes it away"],
    ['max,sse=maybe', "unknown feature 'sse=maybe'"],
    ['core2,', 'there is a trailing comma'],
    ['core2,,+nx', 'there is nothing between two commas'],
  ])('%s is refused', (text, message) => {
    expect(cpuProblem(text)).toContain(message);
  });

  // As qemu-system-i386 7.2 does it, with the place of each as it names it.
  test.each([
    ['avx', '01H:ECX.avx [bit 28]'],
    ['lm', '80000001H:EDX.lm [bit 29]'],
    ['vmx', '01H:ECX.vmx [bit 5]'],
    ['est', '01H:ECX.est [bit 7]'],
    ['lahf_lm', '80000001H:ECX.lahf-lm [bit 0]'],
    ['AVX512F', '07H:EBX.avx512f [bit 16]'],
    ['avx-vnni', '07H:EAX.avx-vnni [bit 4]'],
  ])('%s, which no processor here has, is a warning', (feature, place) => {
    for (const text of [`max,+${feature}`, `max,${feature}=on`, `max,+${feature},+${feature}`]) {
      expect(cpuWarnings(text)).toEqual([`this processor doesn't support requested feature: CPUID.${place}`]);
      expect(cpuModel(text).features).toEqual(max.features);
      expect(cpuWarnings(`${text},check=off`)).toEqual([]);
      expect(cpuProblem(`${text},enforce`)).toContain(`requested features (CPUID.${place})`);
    }
    expect(cpuWarnings(`max,+${feature},-${feature}`)).toEqual([]);
    expect(cpuProblem(`max,${feature}`)).toContain(`'${feature}' needs + or - in front`);
  });

  test('are meant in any case, and features in both of the forms of QEMU', () => {
    expect(cpuModel('Core2,+SSE4_1,NX=OFF')).toEqual(cpuModel('core2,+sse4.1,-nx'));
    expect(cpuModel('pentium,sse2=on,tsc=off')).toEqual(cpuModel('pentium,+sse2,-tsc'));
  });
});

function read(rig: Rig, number: number): number[] {
  rig.words[Word.ecx] = number;
  rig.trap('readModelRegister');
  return [rig.words[Word.edx]! >>> 0, rig.words[Word.eax]! >>> 0];
}

function write(rig: Rig, number: number, high: number, low: number) {
  Object.assign(rig.words, { [Word.ecx]: number, [Word.edx]: high, [Word.eax]: low });
  return caught(() => rig.trap('writeModelRegister'));
}

describe('model-specific registers', () => {
  const GP = { vector: Vector.generalProtection, errorCode: 0 };

  // Intel SDM vol. 4, table 2-2, and the sections on each.
  test.each([
    ['PAT', 0x277, [0x70406, 0x70406], [0x01060007, 0x05040100], [0, 2]],
    ['MTRR_DEF_TYPE', 0x2ff, [0, 0], [0, 0xc06], [0, 0x1006]],
    ['MTRR_PHYSBASE1', 0x202, [0, 0], [0xf, 0xfffff006], [0x10, 6]],
    ['MTRR_PHYSMASK7', 0x20f, [0, 0], [0xf, 0xfffff800], [0, 0x400]],
    ['MTRR_FIX64K', 0x250, [0, 0], [0x06060606, 0x05040100], [0, 7]],
    ['MTRR_FIX4K_F8000', 0x26f, [0, 0], [0x06060606, 0x05040100], [0x02000000, 0]],
    ['EFER', 0xc0000080, [0, 0], [0, 0x800], [0, 0x100]],
  ] as const)('%s', (_name, number, reset, valid, invalid) => {
    const rig = new Rig();
    expect(read(rig, number)).toEqual(reset);
    expect(write(rig, number, valid[0], valid[1])).toBeUndefined();
    expect(read(rig, number)).toEqual(valid);
    expect(write(rig, number, invalid[0], invalid[1])).toEqual(GP);
    expect(read(rig, number)).toEqual(valid);
    rig.cpu.reset();
    expect(read(rig, number)).toEqual(reset);
  });

  test.each([0xfe, 0x10a])('0x%s can only be read', (number) => {
    const rig = new Rig();
    const value = read(rig, number);
    expect(write(rig, number, 0, 0)).toEqual(GP);
    expect(read(rig, number)).toEqual(value);
  });

  test('MISC_ENABLE limits CPUID and takes NX away', () => {
    const rig = new Rig();
    expect(read(rig, 0x1a0)).toEqual([0, 0x1801]);
    expect(write(rig, 0x1a0, 4, 0x400000)).toBeUndefined();
    expect(read(rig, 0x1a0)).toEqual([4, 0x401800]);
    expect(cpuid(rig, 0)[0]).toBe(2);
    expect(cpuid(rig, 7)).toEqual(cpuid(rig, 2));
    expect(reported(rig)).not.toContain('nx');
    expect(write(rig, 0xc0000080, 0, 0x800)).toEqual(GP);
  });
});

describe('registers of the time-stamp counter', () => {
  test('TSC_DEADLINE waits for a value of the counter, also after that has jumped', () => {
    const rig = new Rig();
    rig.time = 1000;
    write(rig, 0x3b, 0, 500);
    expect(rig.portLog).toEqual([]);
    write(rig, 0x6e0, 1, 0x2000);
    rig.deadline = [0x2000, 1];
    write(rig, 0x10, 0, 0x1000);
    write(rig, 0x3b, 1, 0);
    expect(rig.portLog).toEqual([
      `deadline 1 8192 at ${2 ** 32 + 0x2000 - 500}`,
      `deadline 1 8192 at ${2 ** 32 + 0x1000 + 1000}`,
      `deadline 1 8192 at ${0x2000}`,
    ]);
  });

  test('TSC_ADJUST is the sum of changes of the counter, and one', () => {
    const rig = new Rig();
    rig.time = 1000;
    expect(read(rig, 0x10)).toEqual([0, 1000]);
    write(rig, 0x10, 5, 100);
    expect(read(rig, 0x3b)).toEqual([4, 0x100000000 - 900]);
    rig.time += 50;
    write(rig, 0x3b, 0, 0x20);
    expect(read(rig, 0x10)).toEqual([0, 1050 + 0x20]);
  });
});
