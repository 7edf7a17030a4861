import type { MachineConfig } from '../machine-core.ts';
import { checkedBoolean, checkNames, checkText, shown } from '../util/checks.ts';
import { atOption, ConfigurationError } from '../util/errors.ts';

/** A port of the virtio console device: a stream of bytes between the guest and `Machine.virtioPorts`. */
export interface VirtioPortOptions {
  /**
   * The name by which a guest's program finds the port: Linux has it in /sys/class/virtio-ports. Up to 100 characters of ASCII.
   * Default: none.
   */
  readonly name?: string;
  /** Whether it is a console, Linux's /dev/hvc0 and so on. Default: false. */
  readonly console?: boolean;
}

/** Ports of one device, and characters of a name, at most. */
const [MOST_PORTS, MOST_NAME] = [30, 100];

/**
 * The ports as the machine has them.
 * @throws ConfigurationError
 */
export function checkedVirtioPorts(ports: readonly VirtioPortOptions[]): NonNullable<MachineConfig['virtioPorts']> {
  if (!Array.isArray(ports) || ports.length > MOST_PORTS)
    throw new ConfigurationError(`virtioPorts is ${shown(ports)}; it must be an array of at most ${MOST_PORTS} ports`);
  return ports.map((port, n) => atOption(n, () => checkedPort(`virtioPorts[${n}]`, port)));
}

function checkedPort(where: string, port: VirtioPortOptions): { name: string; isConsole: boolean } {
  checkNames(where, port, ['name', 'console']);
  const { name = '', console: isConsole = false } = port;
  atOption('name', () => checkName(`${where}.name`, name));
  return { name, isConsole: atOption('console', () => checkedBoolean(`${where}.console`, isConsole)) };
}

function checkName(where: string, name: string): void {
  checkText(where, name);
  if (!/^[ -~]*$/.test(name) || name.length > MOST_NAME)
    throw new ConfigurationError(`${where} must be at most ${MOST_NAME} characters of ASCII`);
}
