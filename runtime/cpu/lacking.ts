/** Features that models have and this processor does not, by QEMU's names: the word of CPUID that tells of them, and the bit. */
const places = {
  ds: ['01H:EDX', 21],
  acpi: ['01H:EDX', 22],
  ss: ['01H:EDX', 27],
  monitor: ['01H:ECX', 3],
  cx16: ['01H:ECX', 13],
  syscall: ['80000001H:EDX', 11],
  lm: ['80000001H:EDX', 29],
  'lahf-lm': ['80000001H:ECX', 0],
} as const;

export type LackingFeature = keyof typeof places;

/** A feature as QEMU's messages name it. */
export function lackingText(feature: LackingFeature): string {
  const [word, bit] = places[feature];
  return `CPUID.${word}.${feature} [bit ${bit}]`;
}
