import { describe, expect, test } from 'vitest';
import { buildDemo } from '../../../../runtime/firmware/demo/index.ts';
import { detectKernel, loadKernel } from '../../../../runtime/firmware/load/index.ts';

const demo = buildDemo();
const MEMORY = 16 << 20;

describe('the demo guest', () => {
  test('is a Multiboot image of a few KB', () => {
    expect(detectKernel(demo)).toBe('multiboot');
    expect(demo.length).toBeGreaterThan(2000);
    expect(demo.length).toBeLessThan(8192);
  });

  test('is loaded at 1 MB and entered there, below the place it runs at', () => {
    const boot = loadKernel({ kernel: demo, memoryBytes: MEMORY });
    const image = boot.writes.find(({ address }) => address === 0x100000)!;
    expect(image.bytes).toEqual(demo);
    expect(boot.registers.eip).toBeGreaterThan(0x100000);
    expect(boot.registers.eip).toBeLessThan(0x100000 + demo.length);
    expect(boot.registers.eax >>> 0).toBe(0x2badb002);
  });

  test('its memory after the image is zeroed and holds the sieve', () => {
    const { writes } = loadKernel({ kernel: demo, memoryBytes: MEMORY });
    const zeros = writes.find(({ address }) => address === 0x100000 + demo.length)!;
    expect(zeros.bytes.length).toBeGreaterThan(0x40000);
    expect(zeros.bytes.every((byte) => byte === 0)).toBe(true);
  });

  test('takes the ports of the machine', () => {
    const other = buildDemo({ serialPort: 0x2f8, powerOffPort: 0xb004, powerOffValue: 0x1234 });
    const holds = (image: Uint8Array, bytes: number[]): boolean => Buffer.from(image).includes(Buffer.from(bytes));
    // MOV EDX, port; MOV EAX, value; OUT DX, AX
    const powerOff = (port: number[], value: number[]) => [0xba, ...port, 0, 0, 0xb8, ...value, 0, 0, 0x66, 0xef];
    expect(holds(demo, powerOff([0x04, 0x06], [0x00, 0x20]))).toBe(true);
    expect(holds(other, powerOff([0x04, 0xb0], [0x34, 0x12]))).toBe(true);
    // MOV EDX, line status register
    expect(holds(demo, [0xba, 0xfd, 0x03, 0, 0])).toBe(true);
    expect(holds(other, [0xba, 0xfd, 0x02, 0, 0])).toBe(true);
    expect(holds(other, [0xba, 0xfd, 0x03, 0, 0])).toBe(false);
  });

  test('does not fit into 1 MB, and the error says so', () => {
    expect(() => loadKernel({ kernel: demo, memoryBytes: 1 << 20 })).toThrow(
      /up to 1.3 MB and the machine has 1 MB; .* 2 MB/,
    );
  });
});
