/**
 * Exit codes of guests of AMD-V (AMD64 Architecture Programmer's Manual vol. 2, appendix C). A code also names its intercept: the upper
 * bits are the number of a word of the VMCB's intercept vectors (Word.intercepts), the lower five are the bit in it.
 */
export const Exit = {
  /** Reads and writes of CR0-CR15, and of DR0-DR15; exceptions by vector: the first code of each. */
  readControl: 0x00,
  writeControl: 0x10,
  readDebug: 0x20,
  writeDebug: 0x30,
  exception: 0x40,
  interrupt: 0x60,
  nmi: 0x61,
  init: 0x63,
  virtualInterrupt: 0x64,
  /** A write of CR0 that changes more than TS and MP. */
  writeSelectedCr0: 0x65,
  readIdtr: 0x66,
  readGdtr: 0x67,
  readLdtr: 0x68,
  readTr: 0x69,
  writeIdtr: 0x6a,
  writeGdtr: 0x6b,
  writeLdtr: 0x6c,
  writeTr: 0x6d,
  rdtsc: 0x6e,
  rdpmc: 0x6f,
  pushf: 0x70,
  popf: 0x71,
  cpuid: 0x72,
  rsm: 0x73,
  iret: 0x74,
  softwareInterrupt: 0x75,
  invd: 0x76,
  pause: 0x77,
  hlt: 0x78,
  invlpg: 0x79,
  invlpga: 0x7a,
  /** A port, or a model-specific register, whose bit in its permission map is set. */
  port: 0x7b,
  modelRegister: 0x7c,
  taskSwitch: 0x7d,
  shutdown: 0x7f,
  vmrun: 0x80,
  vmmcall: 0x81,
  vmload: 0x82,
  vmsave: 0x83,
  stgi: 0x84,
  clgi: 0x85,
  int1: 0x88,
  wbinvd: 0x89,
  xsetbv: 0x8d,
  /** The hypervisor's page tables do not allow an access; no intercept. */
  nestedPageFault: 0x400,
  /** The state or the intercepts of the VMCB are not allowed; no intercept. */
  invalid: -1,
} as const;
