import { debianLinux, Machine } from '../../src/index.ts';

/** A machine with Linux, at the prompt of its shell. */
export async function booted(): Promise<Machine> {
  const { kernel, initrd } = await debianLinux();
  const append = 'console=ttyS0 quiet cryptomgr.notests';
  const machine = await Machine.create({ memory: '128M', boot: { kernel, initrd: initrd(), append } });
  await machine.start();
  await machine.serial.expect(/~ # /, { timeout: 300_000 });
  return machine;
}

/** Types a command, and checks that it answers. */
export async function answers(machine: Machine, number: number): Promise<void> {
  machine.serial.write(`echo $((${number} + 1))\n`);
  const [, answer] = await machine.serial.expect(/\r\n(\d+)\r?\n~ # /, { timeout: 60_000 });
  if (answer !== `${number + 1}`) throw new Error(`the guest answers ${answer} in the place of ${number + 1}`);
}
