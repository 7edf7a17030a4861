import { type CpuFeature, cpuModel } from '../../runtime/cpu/model.ts';
import type { DebianLinux } from '../node/linux/debian.ts';
import { ConfigurationError } from '../util/errors.ts';

/** Options of a kernel that make it rely on a feature (Linux, arch/x86/Kconfig.cpu and asm/required-features.h). */
const requiredBy: Readonly<Record<string, CpuFeature>> = {
  X86_CMOV: 'cmov',
  X86_CMPXCHG64: 'cx8',
  X86_PAE: 'pae',
  X86_TSC: 'tsc',
};

/**
 * Sees to it that the processor has what the kernel was compiled for: without it stops before it has a console.
 * @throws ConfigurationError that names what is missing
 */
export function checkKernelFeatures(linux: Pick<DebianLinux, 'release' | 'configuration'>, cpu = 'max'): void {
  const { features } = cpuModel(cpu);
  const missing = Object.entries(requiredBy)
    .filter(([option, feature]) => isSet(linux.configuration, option) && !features.has(feature))
    .map(([, feature]) => feature);
  if (missing.length === 0) return;
  const flag = [cpu, ...missing.map((feature) => `+${feature}`)].join(',');
  throw new ConfigurationError(
    `Debian's kernel ${linux.release} needs ${missing.join(', ')}, which '-cpu ${cpu}' lacks; give -cpu ${flag}`,
  );
}

function isSet(configuration: string, option: string): boolean {
  return configuration.split('\n').includes(`CONFIG_${option}=y`);
}
