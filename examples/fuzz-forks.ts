/**
 * Looks for an input that makes a kernel crash: a farm of forks of one booted machine, each of which gets another input. What the kernel
 * prints before it refuses an input tells how far that came, so that the next inputs begin like the best one.
 */
import { Machine } from 'rawiron';

const FORKS = 4;
const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ!?'];

/** Prints a > and reads COM1: a dot for each letter of its secret, then an invalid instruction; a line feed for another letter. */
const kernel = multibootKernel([
  ...[0x66, 0xba, 0xf8, 0x03], //         mov dx, 0x3f8
  ...[0xb0, 0x3e, 0xee], //               mov al, '>'; out dx, al
  ...[0xbe, 0x4e, 0x00, 0x10, 0x00], //   mov esi, secret
  ...[0xb1, 0x04], //                     mov cl, 4
  ...[0x66, 0xba, 0xfd, 0x03], //   next: mov dx, 0x3fd
  ...[0xec, 0xa8, 0x01], //         wait: in al, dx; test al, 1
  ...[0x74, 0xfb], //                     jz wait
  ...[0x66, 0xba, 0xf8, 0x03, 0xec], //   mov dx, 0x3f8; in al, dx
  ...[0x3a, 0x06, 0x75, 0x0a], //         cmp al, [esi]; jne wrong
  ...[0xb0, 0x2e, 0xee], //               mov al, '.'; out dx, al
  ...[0x46, 0xfe, 0xc9, 0x75, 0xe6], //   inc esi; dec cl; jnz next
  ...[0x0f, 0x0b], //                     ud2
  ...[0xb0, 0x0a, 0xee, 0xf4], //  wrong: mov al, 10; out dx, al; hlt
  ...[0x42, 0x55, 0x47, 0x21], // secret: 'BUG!'
]);

const machine = await Machine.create({ memory: 16, boot: { kernel }, reboot: 'exit' });
try {
  await machine.start();
  await machine.serial.expect('>');
  await machine.pause();
  await machine.prepareForks(FORKS);
  await search();
} finally {
  await machine.stop();
}

/** Tries inputs until one crashes the kernel. */
async function search(): Promise<void> {
  let [known, forks, crash] = ['', 0, ''];
  while (crash === '') {
    const inputs = Array.from({ length: FORKS }, () => known + letters[Math.floor(letters.length * Math.random())]);
    for (const result of await Promise.all(inputs.map(attempt))) {
      forks++;
      if (result.crashed) crash = result.input;
      else if (result.accepted > known.length) known = result.input.slice(0, result.accepted);
    }
  }
  console.log(`${JSON.stringify(crash)} crashes the kernel, found with ${forks} forks`);
}

/** The kernel's reaction to an input: it crashes, or takes a number of letters. */
async function attempt(input: string) {
  const fork = await machine.fork();
  const refusal = fork.serial.expect(/(\.*)\n/);
  const crashed = fork.exited.then(({ reason }) => reason === 'shutdown');
  await fork.start();
  fork.serial.write(`${input} `).catch(() => {});
  const accepted = refusal.then(
    ([, dots]) => dots.length,
    () => null,
  );
  const result = await Promise.race([accepted, crashed]);
  await fork.stop();
  return { input, crashed: typeof result !== 'number', accepted: Number(result) };
}

/** A Multiboot kernel of so many bytes of 32-bit code, which is loaded at 1 MB; the code begins after the header. */
function multibootKernel(code: readonly number[]): Uint8Array {
  const [magic, flags, address, headerBytes] = [0x1badb002, 1 << 16, 0x100000, 32];
  const end = address + headerBytes + code.length;
  const header = [magic, flags, -(magic + flags), address, address, end, end, address + headerBytes];
  return new Uint8Array([...new Uint8Array(new Int32Array(header).buffer), ...code]);
}
