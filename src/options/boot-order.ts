import type { FirmwareSettings } from '../../runtime/machine/config.ts';
import { checkedBoolean, checkedInteger, checkNames, checkText } from '../util/checks.ts';
import { atOption, ConfigurationError } from '../util/errors.ts';

/**
 * The firmware's boot order: letters, first to last: a floppy, c hard disk, d CD-ROM, n network. Kinds that are not named are
 * tried after these.
 */
export interface BootOrder {
  /** Default: "cad". */
  readonly order?: string;
  /** The boot order of the first boot alone. */
  readonly once?: string;
  /** It offers a choice (F12). */
  readonly menu?: boolean;
  /** For so many milliseconds, from 0 to 65535; without effect where it does not. Default: 2500. */
  readonly menuTime?: number;
  /** A floppy disk without the signature of boot sectors is not booted. Default: true. */
  readonly checkFloppy?: boolean;
}

/** The file that firmware reads it from has 16 bits. */
const MOST_MENU_TIME = 0xffff;

/**
 * The boot order as the firmware gets it.
 * @throws ConfigurationError
 */
export function checkedOrder(bootOrder: BootOrder): FirmwareSettings {
  checkNames('bootOrder', bootOrder, ['order', 'once', 'menu', 'menuTime', 'checkFloppy']);
  const { order, once, menu = false, menuTime, checkFloppy = true } = bootOrder;
  for (const [name, letters] of Object.entries({ order, once }))
    atOption(name, () => checkLetters(`bootOrder.${name}`, letters));
  atOption('menu', () => checkedBoolean('bootOrder.menu', menu));
  atOption('checkFloppy', () => checkedBoolean('bootOrder.checkFloppy', checkFloppy));
  if (menuTime !== undefined)
    atOption('menuTime', () => checkedInteger('bootOrder.menuTime, in milliseconds,', menuTime, 0, MOST_MENU_TIME));
  return {
    ...(order !== undefined && { order }),
    ...(once !== undefined && { once }),
    ...(menu && { bootMenu: true }),
    ...(menuTime !== undefined && { bootMenuWait: menuTime }),
    ...(!checkFloppy && { anyFloppy: true }),
  };
}

function checkLetters(option: string, letters: string | undefined): void {
  checkText(option, letters);
  const repeated = [...(letters ?? '')].find((letter, n) => letters!.indexOf(letter) !== n);
  if (repeated !== undefined)
    throw new ConfigurationError(`the boot order '${letters}' (${option}) has '${repeated}' twice`);
  if (!/^[abcdn]*$/.test(letters ?? ''))
    throw new ConfigurationError(
      `the boot order '${letters}' (${option}) is none; its letters are a, b (floppy), c (hard disk), d (CD-ROM), n (network)`,
    );
}
