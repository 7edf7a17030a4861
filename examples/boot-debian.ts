/** Boots Debian's kernel, runs commands in its shell and turns it off. Needs a host with apt the first time. */
import { debianLinux, Machine } from 'rawiron';

const { kernel, initrd, release } = await debianLinux();
console.log(`Booting Linux ${release}`);

// Without its own tests of cryptography the kernel boots in half the time.
const append = 'console=ttyS0 quiet cryptomgr.notests';
const machine = await Machine.create({ memory: '128M', boot: { kernel, initrd: initrd(), append } });
try {
  await machine.start();
  await machine.serial.expect(/~ # /, { timeout: 300_000 });
  console.log(`It calls itself ${await run('uname -srm')}`);
  console.log(`and has ${await run("awk '/MemTotal/ { print $2 }' /proc/meminfo")} KB of memory.`);
  machine.serial.write('poweroff\n');
  const { reason } = await machine.exited;
  console.log(`The machine has ended: ${reason}`);
} finally {
  await machine.stop();
}

/** Types a command. The shell echoes it in one line; what it prints stands between that and the next prompt. */
async function run(command: string): Promise<string> {
  machine.serial.write(`${command}\n`);
  const [, output] = await machine.serial.expect(/\r\n([\s\S]*?)\r?\n~ # /, { timeout: 60_000 });
  return output;
}
