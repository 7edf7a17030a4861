import type { RtcCmos } from '../devices/rtc-cmos/index.ts';

const KB = 1024;
const MB = 1024 * KB;

/** Where PC firmware keeps the sizes of memory in CMOS: 16-bit words, low byte first. */
const Cmos = {
  baseKilobytes: 0x15,
  extendedKilobytes: 0x17,
  extendedAgain: 0x30,
  above16MB: 0x34,
  above4GB: 0x5b,
} as const;

/**
 * Enters the memory size as a PC's setup does: conventional memory, memory above 1 MB (in KB) and above 16 MB
 * and 4 GB (in 64 KB).
 */
export function setCmosMemorySize(rtc: RtcCmos, memoryBytes: number, above4GB: number): void {
  const extended = Math.min(0xffff, Math.max(0, memoryBytes - MB) / KB);
  setWord(rtc, Cmos.baseKilobytes, 640);
  setWord(rtc, Cmos.extendedKilobytes, extended);
  setWord(rtc, Cmos.extendedAgain, extended);
  setWord(rtc, Cmos.above16MB, Math.min(0xffff, Math.max(0, memoryBytes - 16 * MB) / (64 * KB)));
  setWord(rtc, Cmos.above4GB, above4GB / (64 * KB));
}

function setWord(rtc: RtcCmos, address: number, value: number): void {
  rtc.setMemory(address, value & 0xff);
  rtc.setMemory(address + 1, (value >>> 8) & 0xff);
}
