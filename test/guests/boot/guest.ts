import { describe, test } from 'vitest';
import { type DriveOptions, Machine, type MachineOptions } from '../../../src/index.ts';

/** Generous: nothing is asserted of it. */
export const TIMEOUT = 900_000;

/** How a guest is booted: by which firmware, on which engine. */
export interface Variant {
  readonly firmware: 'rawiron' | 'seabios';
  readonly engine: 'interpreter' | 'translator';
}

/** All of them. */
export const variants: readonly Variant[] = (['rawiron', 'seabios'] as const).flatMap((firmware) =>
  (['translator', 'interpreter'] as const).map((engine) => ({ firmware, engine })),
);

/** Tests of a guest in these variants, or one that is skipped with the reason why there is no such guest here. */
export function testGuest(
  name: string,
  reason: string | undefined,
  body: (variant: Variant) => void,
  among: readonly Variant[] = variants,
): void {
  if (reason !== undefined) describe.skip(`${name}: ${reason}`, () => test('boots', () => {}));
  else
    for (const variant of among)
      describe(`${name}, ${variant.firmware}, ${variant.engine}`, { timeout: TIMEOUT }, () => body(variant));
}

export const floppy = (image: Uint8Array): DriveOptions => ({ image, format: 'raw', interface: 'floppy' });
export const cdrom = (image: Uint8Array): DriveOptions => ({ image, format: 'raw', media: 'cdrom' });

/** A running machine that firmware boots from these drives. */
export async function boot(
  { firmware, engine }: Variant,
  drives: readonly DriveOptions[],
  options: Partial<MachineOptions> = {},
): Promise<Machine> {
  const machine = await Machine.create({ memory: 64, ...options, engine, boot: { bios: firmware }, drives });
  await machine.start();
  return machine;
}
