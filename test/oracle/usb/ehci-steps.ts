import { Command, OPERATIONAL, PORTS, Port, Register } from '../../../runtime/devices/ehci/registers.ts';
import { enabled, range, read, type Steps, write } from './words.ts';

const all = range(0, OPERATIONAL + Register.firstPort + 4 * (PORTS + 1));
const operational = (register: number, value: number): string => write(OPERATIONAL + register, value);
const port = (number: number): number => OPERATIONAL + Register.firstPort + 4 * (number - 1);
const writePort = (number: number, value: number): Steps => [write(port(number), value), read(port(number))];
const kept = [Register.interruptEnable, Register.frameIndex, Register.periodicList, Register.asyncList];

export const ehciCases: Readonly<Record<string, Steps>> = {
  'registers after a reset': [...enabled, ...all.map(read)],
  'registers that can be written': [
    ...enabled,
    ...[0xffffffff, 0x12345678, 0].flatMap((value) =>
      kept.flatMap((register) => [operational(register, value), read(OPERATIONAL + register)]),
    ),
    operational(Register.configured, 1),
    ...all.map(read),
    operational(Register.command, Command.reset),
    ...all.map(read),
  ],
  'a port that is suspended, and resumes': [
    ...enabled,
    // QEMU's end of a reset clears that, too.
    ...writePort(1, Port.power | Port.connectChanged),
    ...writePort(1, Port.power | Port.reset),
    ...writePort(1, Port.power),
    ...writePort(1, Port.power | Port.enabled | Port.suspended),
    ...writePort(1, Port.power | Port.enabled | Port.suspended | Port.resume),
    ...writePort(1, Port.power | Port.enabled),
  ],
  'ports: a reset enables where something is': [
    ...enabled,
    operational(Register.configured, 1),
    ...[1, 3].flatMap((number) => [
      ...writePort(number, Port.power | Port.connectChanged),
      ...writePort(number, Port.power | Port.reset),
      ...writePort(number, Port.power),
      ...writePort(number, Port.power | Port.enabled),
      ...writePort(number, Port.power),
    ]),
    ...[OPERATIONAL + Register.status].map(read),
  ],
};
