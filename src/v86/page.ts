import { ConfigurationError } from '../common.ts';
import type { Machine } from '../machine/machine.ts';
import type { V86Options } from './types.ts';

/** An element of a page, for programs that are compiled with the types of pages; else an object. */
export type PageElement = ElementOf<typeof globalThis>;
type ElementOf<Scope> = Scope extends { HTMLElement: { prototype: infer Element } } ? Element : object;

/** A port that a console can be connected to. */
export type ConsolePort = 'serial0' | 'virtio-console0';

/** The page's part of a machine: its picture, and the keys and the pointer that go there. */
export interface V86Page {
  /** It shows this machine from now on. */
  attach(machine: Machine): Promise<void>;
  /** The screen as a picture; null: it is not shown. */
  screenshot(): PageElement | null;
  setScale(x: number, y: number): void;
  goFullScreen(): Promise<void>;
  lockMouse(): Promise<void>;
  setMouseEnabled(isEnabled: boolean): void;
  setKeyboardEnabled(isEnabled: boolean): void;
  /** Shows a port's bytes in a terminal of xterm.js. */
  showTerminal(port: ConsolePort, container: PageElement, library: unknown): void;
  /** Gives all back to the page. */
  close(): void;
}

/** The emulator's functions that a page's consoles and screen need. */
export interface PageLink {
  /** Calls a function with what a port sends. */
  onOutput(port: ConsolePort, take: (bytes: Uint8Array) => void): void;
  /** Sends to a port. */
  send(port: ConsolePort, bytes: Uint8Array): void;
  /** Does something when there is a machine. */
  withMachine(act: (machine: Machine) => unknown): void;
}

/** Makes a page's side, for options that name elements. Null: this host has no pages. */
export type OpenPage = (options: V86Options, link: PageLink) => V86Page | null;

/** Options that name elements of a page. */
const elements = ['screen_container', 'serial_container', 'serial_container_xtermjs'] as const;
const consoles = ['serial_console', 'virtio_console'] as const;

/**
 * Elements are for pages alone.
 * @throws ConfigurationError that names the option
 */
export function refusePage(options: V86Options): null {
  const named = [
    ...elements.filter((name) => options[name]),
    ...consoles.filter((name) => typeof options[name] === 'object' && options[name].type !== 'none'),
    ...(options.screen?.container ? ['screen.container'] : []),
  ];
  if (named.length === 0) return null;
  throw new ConfigurationError(`${named[0]} is for pages; leave it out in Node, where there are none`);
}
