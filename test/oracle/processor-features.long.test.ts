import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { lackingFeatures } from '../../runtime/cpu/features.ts';
import { cpuWarnings } from '../../runtime/cpu/model.ts';
import { qemuVersion } from './qemu-guest.ts';

/** QEMU's warnings about features that a processor is asked for, as it starts and is ended at once. */
function warningsOfQemu(cpu: string): Set<string> {
  const still = ['-S', '-display', 'none', '-net', 'none', '-monitor', 'stdio'];
  const { stderr } = spawnSync('qemu-system-i386', ['-cpu', cpu, ...still], { input: 'quit\n', encoding: 'utf8' });
  return new Set([...stderr.matchAll(/(?:feature|not requested): (CPUID\..+)/g)].map(([, place]) => place));
}

test.runIf(qemuVersion()?.startsWith('7.'))(
  'features that QEMU lacks too have the names and places that it tells',
  () => {
    const cpu = `486,${lackingFeatures.map((feature) => `+${feature}`).join(',')}`;
    const ours = cpuWarnings(cpu).map((text) => text.replace(/.*feature: /, ''));
    const theirs = [...warningsOfQemu(cpu)];
    expect(ours).toHaveLength(lackingFeatures.length);
    expect(theirs.length).toBeGreaterThan(100);
    expect(theirs.filter((place) => !ours.includes(place))).toEqual([]);
  },
);
