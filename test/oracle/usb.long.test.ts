import { describe, expect, test } from 'vitest';
import { qemuVersion } from './qemu-guest.ts';
import { ehciCases } from './usb/ehci-steps.ts';
import { answersOfOurs, answersOfQemu } from './usb/run.ts';
import { BASE, configurationSpace, type Steps } from './usb/words.ts';

import { registers, scenarios, writable } from './usb/xhci-steps.ts';

const TIMEOUT = 60_000;

/**
 * Bits of registers that are not QEMU's, by offset. Streams, which nothing here has; that a port has changed, which QEMU doesn't tell in the status;
 * of the command ring, of which QEMU shows where it is, and not that it runs (xHCI 1.2, 5.3.6, 5.4.2, 5.4.5).
 */
const others: Readonly<Record<number, number>> = { 16: 0xf000, 68: 0x10, 88: 0xffffffff };

/** Bits of the lists' addresses that EHCI has not (2.3.6, 2.3.7), and QEMU keeps. */
const ehciOthers: Readonly<Record<number, number>> = { 52: 0xfff, 56: 0x1f };

/**
 * Places of memory that QEMU's has something else in, by case. It tells of a stall at the SETUP TRB, and goes beyond a transfer that waits for its
 * device; of a command ring that was stopped it doesn't say where (4.8.3, 4.6.9, 4.6.1.1).
 */
const otherPlaces: Readonly<Record<string, readonly number[]>> = {
  'a stall, and what comes after it': [0x3030, 0x3038, 0x8428],
  'an endpoint that is configured, used, stopped': [0x8468],
  'the command ring is stopped': [0x3010],
};

/** The values that steps read, without those that only we have. */
const told = (model: string, name: string, steps: Steps, answers: readonly string[]): string[] =>
  steps.flatMap((step, n) => {
    const [command = '', address] = step.split(' ');
    if (command !== 'readl' && command !== 'inl') return [];
    if (otherPlaces[name]?.includes(Number(address))) return [];
    const value =
      (Number(answers[n]) & ~((model === 'usb-ehci' ? ehciOthers : others)[Number(address) - BASE] ?? 0)) >>> 0;
    return [`${n} ${step}: ${value.toString(16)}`];
  });

const cases: Readonly<Record<string, Steps>> = {
  'the configuration space': configurationSpace,
  'registers after a reset': registers,
  'registers that can be written': writable,
  ...scenarios,
};

const models = { 'qemu-xhci': cases, 'nec-usb-xhci': cases, 'usb-ehci': ehciCases } as const;

describe.skipIf(!qemuVersion()?.startsWith('7.2'))("QEMU's controller does the same", { timeout: TIMEOUT }, () => {
  describe.each(Object.keys(models) as (keyof typeof models)[])('%s', (model) => {
    test.each(Object.entries(models[model]))('%s', async (name, steps) => {
      const theirs = await answersOfQemu(model, steps);
      expect(told(model, name, steps, answersOfOurs(model, steps))).toEqual(told(model, name, steps, theirs));
    });
  });
});
