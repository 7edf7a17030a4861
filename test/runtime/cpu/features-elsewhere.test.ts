import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { cpuModel, cpuWarnings } from '../../../runtime/cpu/model.ts';

const qemu = spawnSync('qemu-system-i386', ['-cpu', 'help'], { encoding: 'utf8' });
const flags = (qemu.stdout ?? '').split('Recognized CPUID flags:')[1]?.trim().split(/\s+/) ?? [];
const lack = flags.length === 0 ? ' (qemu-system-i386 is missing; npm run install-oracles)' : '';

test.skipIf(lack !== '')(`each feature that QEMU lists can be asked for and taken away${lack}`, () => {
  expect(flags.length).toBeGreaterThan(200);
  for (const flag of flags)
    for (const change of [`+${flag}`, `-${flag}`, `${flag}=off`])
      expect(() => cpuWarnings(`qemu32,${change}`)).not.toThrow();
});

test('one that stands in an MSR is a warning, as other missing ones are; enforce refuses it', () => {
  const warning = "this processor doesn't support requested feature: ";
  expect(cpuWarnings('qemu32,+vmx_ept,KVMclock=on,-rdctl-no')).toEqual([`${warning}vmx-ept`, `${warning}kvmclock`]);
  expect(cpuWarnings('qemu32,+vmx-ept,-vmx-ept')).toEqual([]);
  expect(cpuWarnings('qemu32,+vmx-ept,check=off')).toEqual([]);
  expect(() => cpuModel('qemu32,+vmx-ept,enforce')).toThrow("doesn't support requested features (vmx-ept)");
  expect(() => cpuModel('qemu32,+vmx-nonsense')).toThrow("unknown feature '+vmx-nonsense'");
});
