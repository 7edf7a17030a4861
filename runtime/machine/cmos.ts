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
 * Enters the memory size as a PC's setup does: conventional memory, memory from 1 MB on (in KB), from 16 MB on and from
 * 4 GB on (in 64 KB). `below4GB`: bytes from address 0 on; `above4GB`: bytes from 4 GB on.
 */
export function setCmosMemorySize(rtc: RtcCmos, below4GB: number, above4GB: number): void {
  const extended = Math.min(0xffff, Math.max(0, below4GB - MB) / KB);
  setWord(rtc, Cmos.baseKilobytes, 640);
  setWord(rtc, Cmos.extendedKilobytes, extended);
  setWord(rtc, Cmos.extendedAgain, extended);
  setWord(rtc, Cmos.above16MB, Math.min(0xffff, Math.max(0, below4GB - 16 * MB) / (64 * KB)));
  setWord(rtc, Cmos.above4GB, above4GB / (64 * KB));
}

function setWord(rtc: RtcCmos, address: number, value: number): void {
  rtc.setMemory(address, value & 0xff);
  rtc.setMemory(address + 1, (value >>> 8) & 0xff);
}
