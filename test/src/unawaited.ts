import type { Machine } from '../../src/index.ts';
import type { V86 } from '../../src/node/v86.ts';

/** Calls that programs make without waiting for them, by their names. */
export const calls: {
  readonly V86: Readonly<Record<string, (emulator: V86) => unknown>>;
  readonly Machine: Readonly<Record<string, (machine: Machine, snapshot: Uint8Array) => unknown>>;
} = {
  V86: {
    run: (emulator) => emulator.run(),
    stop: (emulator) => emulator.stop(),
    restart: (emulator) => emulator.restart(),
    save_state: (emulator) => emulator.save_state(),
    restore_state: (emulator) => emulator.restore_state(new ArrayBuffer(8)),
    serial0_send: (emulator) => emulator.serial0_send('text'),
    keyboard_send_text: (emulator) => emulator.keyboard_send_text('text', 60_000),
    keyboard_send_keys: (emulator) => emulator.keyboard_send_keys([65, 66], 60_000),
    keyboard_send_scancodes: (emulator) => emulator.keyboard_send_scancodes([0x1e, 0x9e], 60_000),
    wait_until_vga_screen_contains: (emulator) => emulator.wait_until_vga_screen_contains('never'),
    automatically: (emulator) => emulator.automatically([{ sleep: 60 }, { call: () => process.exit(2) }]),
    create_file: (emulator) => emulator.create_file('name', new Uint8Array(1)),
    read_file: (emulator) => emulator.read_file('name'),
    read_memory: (emulator) => emulator.read_memory(0, 4),
    write_memory: (emulator) => emulator.write_memory([1], 0),
    set_fda: (emulator) => emulator.set_fda({ buffer: new Uint8Array(1_474_560) }),
    eject_fda: (emulator) => emulator.eject_fda(),
    destroy: (emulator) => emulator.destroy(),
    'all at once': (emulator) =>
      Object.entries(calls.V86).forEach(([name, call]) => {
        if (!name.includes(' ')) void call(emulator);
      }),
    'after the end': (emulator) => {
      void emulator.destroy();
      calls.V86['all at once']!(emulator);
    },
  },
  Machine: {
    start: (machine) => machine.start(),
    pause: (machine) => machine.pause(),
    resume: (machine) => machine.resume(),
    reset: (machine) => machine.reset(),
    snapshot: (machine) => machine.snapshot(),
    load: (machine, snapshot) => machine.load(snapshot),
    fork: (machine) => machine.fork(),
    prepareForks: (machine) => machine.prepareForks(1),
    metrics: (machine) => machine.metrics(),
    memoryRead: (machine) => machine.memoryRead(0, 4),
    memoryWrite: (machine) => machine.memoryWrite(0, new Uint8Array(4)),
    pressPowerButton: (machine) => machine.pressPowerButton(),
    wake: (machine) => machine.wake(),
    setLimits: (machine) => machine.setLimits({ processor: 50 }),
    'serial.write': (machine) => machine.serial.write('text'),
    'keyboard.type': (machine) => machine.keyboard.type('text'),
    'mouse.move': (machine) => machine.mouse.move(1, 1),
    'drive.setLimits': (machine) => machine.drives[0]!.setLimits({}),
    'drive.change': (machine) => machine.drives[0]!.change(new Uint8Array(1_474_560)),
    'drive.eject': (machine) => machine.drives[0]!.eject(),
    'drive.statistics': (machine) => machine.drives[0]!.statistics(),
    stop: (machine) => machine.stop(),
  },
};
