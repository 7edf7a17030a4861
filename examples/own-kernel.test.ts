/** Tests a kernel in vitest: what it says on its serial port, and the value with which it ends the machine. */
import { Machine } from 'rawiron';
import { afterEach, expect, test } from 'vitest';

/** Yours comes from your build: the path of its file, or its bytes. This one says OK and ends with 6 * 7. */
const kernel = multibootKernel([
  ...[0x66, 0xba, 0xf8, 0x03], //  mov dx, 0x3f8   COM1
  ...[0xb0, 0x4f, 0xee], //        mov al, 'O'; out dx, al
  ...[0xb0, 0x4b, 0xee], //        mov al, 'K'; out dx, al
  ...[0xb8, 6, 0, 0, 0], //        mov eax, 6
  ...[0x6b, 0xc0, 7], //           imul eax, eax, 7
  ...[0xe6, 0xf4], //              out 0xf4, al    isa-debug-exit
]);

let machine: Machine;
afterEach(() => machine.stop());

test.each(['interpreter', 'translator'] as const)('the kernel runs on the %s', async (engine) => {
  const debugExit = { iobase: 0xf4, iosize: 4 };
  machine = await Machine.create({ memory: 16, engine, boot: { kernel }, debugExit });
  const said = machine.serial.expect(/OK/);
  await machine.start();
  await said;
  expect(await machine.exited).toEqual({ reason: 'exit', code: 2 * 42 + 1 });
});

/** A Multiboot kernel of so many bytes of 32-bit code, which is loaded at 1 MB. */
function multibootKernel(code: readonly number[]): Uint8Array {
  const [magic, flags, address, headerBytes] = [0x1badb002, 1 << 16, 0x100000, 32];
  const end = address + headerBytes + code.length;
  const header = [magic, flags, -(magic + flags), address, address, end, end, address + headerBytes];
  return new Uint8Array([...new Uint8Array(new Int32Array(header).buffer), ...code]);
}
