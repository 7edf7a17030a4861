import type { ProcessorReport } from '../../runtime/devices/cpu-hot-plug/index.ts';
import type { TrayMove } from '../drives/index.ts';
import type { PluggedPci } from '../hot-plug/pci-options.ts';
import { type PluggedProcessorInfo, processorPath } from '../hot-plug/processor-places.ts';
import type { PluggedUsb } from '../hot-plug/usb-ports.ts';
import type { Exit, Reset } from '../isolate/protocol.ts';
import type { Machine } from '../machine/machine.ts';
import type { VncControl } from '../vnc/control.ts';
import type { VncConnectionInfo } from '../vnc/endpoint.ts';
import type { JsonObject } from './command.ts';

/** Hears of an event by QEMU's name for it. */
export type EventListener = (event: string, data?: JsonObject) => void;

/** Why a machine has ended, in QEMU's words (RunState and ShutdownCause of its schema). */
const reasons: Readonly<Record<Exit['reason'], JsonObject>> = {
  poweroff: { guest: true, reason: 'guest-shutdown' },
  exit: { guest: true, reason: 'guest-shutdown' },
  reset: { guest: true, reason: 'guest-reset' },
  shutdown: { guest: true, reason: 'guest-reset' },
  stopped: { guest: false, reason: 'host-qmp-quit' },
  'time-limit': { guest: false, reason: 'host-qmp-quit' },
};

/** A device that was pulled out. */
type Unplugged = PluggedUsb | PluggedPci | PluggedProcessorInfo;

/** Tells of a machine's events by QEMU's names until the function that is given back is called. */
export function translateEvents(machine: Machine, tell: EventListener): () => void {
  // One that is told to go on while it stands still for something does so after that.
  let [standsStill, goesOn] = [0, machine.state === 'running'];
  const look = () => {
    const now = machine.state === 'running' && standsStill === 0;
    if (now === goesOn || machine.state === 'ended') return;
    goesOn = now;
    tell(now ? 'RESUME' : 'STOP');
  };
  const still = (isStill: boolean) => {
    standsStill += isStill ? 1 : -1;
    look();
  };
  const reset = ({ reason }: Reset) =>
    tell(
      'RESET',
      reason === 'caller' ? { guest: false, reason: 'host-qmp-system-reset' } : { guest: true, reason: 'guest-reset' },
    );
  const exit = ({ reason }: Exit) => tell('SHUTDOWN', reasons[reason]);
  // QEMU stops the machine meanwhile; here it only stands still.
  const tray = ({ drive, isOpen }: TrayMove) => {
    const label = machine.drives.find(({ name }) => name === drive)!.label;
    tell('DEVICE_TRAY_MOVED', { device: label, 'tray-open': isOpen, id: label });
  };
  const suspend = () => tell('SUSPEND');
  const wake = () => tell('WAKEUP');
  const powerButton = () => tell('POWERDOWN');
  const report = (answer: ProcessorReport) => tell('ACPI_DEVICE_OST', { info: ospmStatus(machine, answer) });
  const unplug = (device: Unplugged) => {
    for (const data of deletedDevices(device)) tell('DEVICE_DELETED', data);
  };
  const { snapshots, memoryDumps } = machine;
  snapshots.on('still', still);
  memoryDumps.on('still', still);
  machine
    .on('running', look)
    .on('paused', look)
    .on('reset', reset)
    .on('exit', exit)
    .on('off', exit)
    .on('suspend', suspend)
    .on('wake', wake)
    .on('powerbutton', powerButton)
    .on('tray', tray)
    .on('processorreport', report)
    .on('unplug', unplug);
  return () => {
    snapshots.off('still', still);
    memoryDumps.off('still', still);
    machine
      .off('running', look)
      .off('paused', look)
      .off('reset', reset)
      .off('exit', exit)
      .off('off', exit)
      .off('suspend', suspend)
      .off('wake', wake)
      .off('powerbutton', powerButton)
      .off('tray', tray)
      .off('processorreport', report)
      .off('unplug', unplug);
  };
}

/** An answer by _OST as QEMU's ACPIOSTInfo has it. */
function ospmStatus({ processorPlaces }: Machine, { processor, event: source, status }: ProcessorReport): JsonObject {
  const its = processorPlaces.present.find((one) => one.processor === processor);
  const device = its?.isNamed === true ? { device: its.id } : {};
  return { ...device, slot: `${processor}`, 'slot-type': 'CPU', source, status };
}

/** One that was given no name has only a place among those without. In one of virtio there is a second one. */
function deletedDevices(unplugged: Unplugged): JsonObject[] {
  const { id, isNamed, device } = unplugged;
  const path =
    'processor' in unplugged ? processorPath(unplugged) : `/machine/peripheral${isNamed ? '' : '-anon'}/${id}`;
  const within = device.startsWith('virtio-') ? [{ path: `${path}/virtio-backend` }] : [];
  return [...within, isNamed ? { device: id, path } : { path }];
}

/** Tells of viewers by QEMU's names. */
export function translateVncEvents(vnc: VncControl, tell: EventListener): void {
  const data = ({ server, client }: VncConnectionInfo) => ({ server: { ...server, auth: vnc.info.auth }, client });
  vnc.on('connected', (info) => tell('VNC_CONNECTED', data(info)));
  vnc.on('initialized', (info) => tell('VNC_INITIALIZED', data(info)));
  vnc.on('disconnected', (info) => tell('VNC_DISCONNECTED', data(info)));
}

/** Tells of a machine's moves to other processes by QEMU's names. */
export function translateMigration({ migration }: Machine, tell: EventListener): void {
  migration.on('status', (status) => tell('MIGRATION', { status }));
  migration.on('pass', (pass) => tell('MIGRATION_PASS', { pass }));
}

/** Tells of dumps of memory by QEMU's names. */
export function translateDumps({ memoryDumps }: Machine, tell: EventListener): void {
  memoryDumps.on('ended', ({ progress, error }) =>
    tell('DUMP_COMPLETED', { result: progress, ...(error !== undefined && { error }) }),
  );
}
