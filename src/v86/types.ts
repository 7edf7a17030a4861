import type { PageElement } from './page.ts';

/** A file on a web server (in Node also the path of one), or bytes. */
export type V86Image = V86FileImage | V86BufferImage;

/** A file at an address, which in Node may be a path. */
export interface V86FileImage {
  /** Its address. */
  url: string;
  /** Disks and CDs: the guest's reads are requests for parts of it, which its server must answer. Without it the file is loaded whole. */
  async?: boolean | undefined;
  /** Bytes of it. Needed with `use_parts`. */
  size?: number | undefined;
  /** The image is in several files. All of them are loaded at the start. */
  use_parts?: boolean | undefined;
  /** Bytes of each part. */
  fixed_chunk_size?: number | undefined;
}

/** An image's bytes. They are not changed: what the guest writes is kept apart, and forgotten at the end. */
export interface V86BufferImage {
  /** Its bytes, or a file of the user's. */
  buffer: ArrayBuffer | Uint8Array | Blob;
}

/** Where a console is shown. */
export interface ConsoleConfig {
  /** How it is shown. */
  type: 'textarea' | 'xtermjs' | 'none';
  /** The class of xterm.js. Default: the page's global `Terminal`. */
  xterm_lib?: unknown;
  /** The element that it is shown in. */
  container?: PageElement | undefined;
}

/** How the screen is shown. */
export interface ScreenConfig {
  /** The element that it is shown in. */
  container?: PageElement | null | undefined;
  /** Code page 437 is the only one here. */
  encoding?: 'ascii' | 'cp437' | 'cp858' | undefined;
  /** How large it is shown. Default: 1. */
  scale?: number | undefined;
  /** The scale, by another name. Default: 1. */
  scaling?: number | undefined;
  /** Without effect: text is drawn with the guest's own fonts in any case. */
  use_graphical_text?: boolean | undefined;
  /** Refused. */
  ansi?: boolean | undefined;
}

/** A folder that the guest mounts by the tag host9p. */
export interface FilesystemConfig {
  /** The address of the index of a web server's folder. */
  basefs?: string | V86FileImage | undefined;
  /** The address of the folder with the contents of its files. */
  baseurl?: string | undefined;
  /** Refused. */
  handle9p?: unknown;
  /** Refused. */
  proxy_url?: string | undefined;
}

/** The network card, and what it is connected to. */
export interface V86NetworkDevice {
  /** Default: "ne2k". */
  type?: 'ne2k' | 'virtio' | undefined;
  /** `ws:…`, `wss:…`, `wisp:…`, `wisps:…`, "fetch" or "inbrowser". */
  relay_url?: string | undefined;
  /** For "inbrowser": machines with the same number see each other. Default: 0. */
  id?: number | undefined;
  /** The router's address in the guest's network. */
  router_ip?: string | undefined;
  /** The address that DHCP gives to the guest. */
  vm_ip?: string | undefined;
  /** Without effect. */
  router_mac?: string | undefined;
  /** Without effect. */
  masquerade?: boolean | undefined;
  /** Without effect. */
  dns_method?: 'static' | 'doh' | undefined;
  /** Without effect. */
  doh_server?: string | undefined;
  /** Refused. */
  cors_proxy?: string | undefined;
  /** Refused, except 1500. */
  mtu?: number | undefined;
}

/** The options of a machine; docs/v86.md describes each option's effect here. */
export interface V86Options {
  /** Without effect: there is no WebAssembly here. */
  wasm_path?: string | undefined;
  /** Without effect. */
  wasm_fn?: unknown;
  /** Bytes of memory. Default: 64 MB. */
  memory_size?: number | undefined;
  /** Without effect: the adapter has 16 MB. */
  vga_memory_size?: number | undefined;
  /** Whether it runs as soon as it is there. */
  autostart?: boolean | undefined;
  /** Whether keys pressed in the page stay out of it. */
  disable_keyboard?: boolean | undefined;
  /** Whether the page's pointer stays out of it. */
  disable_mouse?: boolean | undefined;
  /** Whether it is silent. */
  disable_speaker?: boolean | undefined;
  /** A system BIOS. Default: one of our own. */
  bios?: V86Image | undefined;
  /** A video BIOS. Default: one of our own. */
  vga_bios?: V86Image | undefined;
  /** The first hard disk. */
  hda?: V86Image | undefined;
  /** The second hard disk. */
  hdb?: V86Image | undefined;
  /** The image in the first floppy drive. */
  fda?: V86Image | undefined;
  /** The image in the second floppy drive. */
  fdb?: V86Image | undefined;
  /** The image in the CD-ROM drive. */
  cdrom?: V86Image | undefined;
  /** A Linux kernel. */
  bzimage?: V86Image | undefined;
  /** The kernel's command line. */
  cmdline?: string | undefined;
  /** The kernel's initial RAM disk. */
  initrd?: V86Image | undefined;
  /** Whether kernel and initial RAM disk are those of the folder. */
  bzimage_initrd_from_filesystem?: boolean | undefined;
  /** A Multiboot kernel. */
  multiboot?: V86Image | undefined;
  /** A state that it goes on from. */
  initial_state?: V86Image | undefined;
  /** Without effect: a state's address is always kept. */
  preserve_mac_from_state_image?: boolean | undefined;
  /** A folder for the guest. */
  filesystem?: FilesystemConfig | undefined;
  /** A text area for the first serial port. */
  serial_container?: PageElement | undefined;
  /** An element for a terminal at the first serial port. */
  serial_container_xtermjs?: PageElement | undefined;
  /** Where the first serial port is shown. */
  serial_console?: ConsoleConfig | undefined;
  /** Adds a virtio console, and says where it is shown. */
  virtio_console?: ConsoleConfig | boolean | undefined;
  /** The element that the screen is shown in. */
  screen_container?: PageElement | null | undefined;
  /** How the screen is shown. */
  screen?: ScreenConfig | undefined;
  /** Whether systems find ACPI tables. Default: false. */
  acpi?: boolean | undefined;
  /** Without effect. */
  log_level?: number | undefined;
  /** The firmware's boot order: from the last digit on 1 is a floppy, 2 a hard disk, 3 a CD. */
  boot_order?: number | undefined;
  /** Without effect. */
  fastboot?: boolean | undefined;
  /** Whether firmware offers a choice. */
  bootmenu?: boolean | undefined;
  /** Adds a virtio balloon. */
  virtio_balloon?: boolean | undefined;
  /** A processor whose CPUID has so many leaves: 1, 2 or 3. */
  cpuid_level?: number | undefined;
  /** Whether all code is interpreted. */
  disable_jit?: boolean | undefined;
  /** As `net_device.relay_url`. */
  network_relay_url?: string | undefined;
  /** The network card. */
  net_device?: V86NetworkDevice | undefined;
  /** Without effect: there are four serial ports. */
  uart1?: boolean | undefined;
  /** Without effect. */
  uart2?: boolean | undefined;
  /** Without effect. */
  uart3?: boolean | undefined;
  /** Refused: there is one parallel port. */
  parallel1?: boolean | undefined;
}

/** How far a file is that comes from its server. */
export interface DownloadProgress {
  /** Which of the files it is, from 0. */
  file_index: number;
  /** How many there are. */
  file_count: number;
  /** Its address. */
  file_name: string;
  /** Whether `total` is known. */
  lengthComputable: boolean;
  /** Bytes that there are. */
  total: number;
  /** Bytes that have come. */
  loaded: number;
}

/** A file that cannot be had. */
export interface DownloadError {
  /** Which of the files it is, from 0. */
  file_index: number;
  /** How many there are. */
  file_count: number;
  /** Its address. */
  file_name: string;
  /** Why. */
  request: unknown;
}

/** Events of a machine, with their data; docs/v86.md tells when they occur. */
export interface Event {
  /** The machine is made. */
  'emulator-ready': undefined;
  /** All is loaded; with `autostart` it runs. */
  'emulator-loaded': undefined;
  /** It runs. */
  'emulator-started': undefined;
  /** It stands still. */
  'emulator-stopped': undefined;
  /** It cannot be made, or has failed. v86 has no such event: without a listener it is an uncaught error. */
  'emulator-error': Error;
  /** A message of the emulator. v86 has no such event. */
  'emulator-log': string;
  /** Some of a file has come. */
  'download-progress': DownloadProgress;
  /** A file cannot be had. */
  'download-error': DownloadError;
  /** A byte that the first serial port has sent. */
  'serial0-output-byte': number;
  /** Never. */
  'serial0-input': number;
  /** A byte that the second serial port has sent. */
  'serial1-output-byte': number;
  /** Never. */
  'serial1-input': number;
  /** A byte that the third serial port has sent. */
  'serial2-output-byte': number;
  /** Never. */
  'serial2-input': number;
  /** A byte that the fourth serial port has sent. */
  'serial3-output-byte': number;
  /** Never. */
  'serial3-input': number;
  /** A character of a text screen has changed. */
  'screen-put-char': [row: number, col: number, chr: number];
  /** The screen has another size: columns, rows and 0, or dots and 32. */
  'screen-set-size': [width: number, height: number, bpp: number];
  /** The guest has sent a frame. */
  'net0-send': Uint8Array;
  /** The guest has sent so many bytes of a frame. */
  'eth-transmit-end': [byte_count: number];
  /** The guest has got so many bytes of a frame. */
  'eth-receive-end': [byte_count: number];
  /** The guest reads from a disk. */
  'ide-read-start': undefined;
  /** It has read so much. */
  'ide-read-end': [channel_nr: number, byte_count: number, sector_count: number];
  /** It has written so much. */
  'ide-write-end': [channel_nr: number, byte_count: number, sector_count: number];
  /** Bytes that the guest has sent to the virtio console. */
  'virtio-console0-output-bytes': Uint8Array;
  /** A byte that the guest has printed. */
  'parallel0-data-output': number;
  /** Never: the guest's requests for files are told to nobody. */
  '9p-attach': undefined;
  /** Never. */
  '9p-read-start': [filename: string];
  /** Never. */
  '9p-read-end': [filename: string, byte_count: number];
  /** Never. */
  '9p-write-end': [filename: string, byte_count: number];
  /** Never. */
  'mouse-enable': boolean;
  /** Never. */
  'vmware-absolute-mouse': boolean;
  /** Never. */
  'virtio-console0-input-bytes': Uint8Array;
  /** Never. */
  'virtio-console0-resize': [cols: number, rows: number];
  /** Never. */
  'parallel0-control-output': number;
  /** Never. */
  'parallel0-status-input': number;
  /** Never. */
  'parallel1-data-output': number;
  /** Never. */
  'parallel1-control-output': number;
  /** Never. */
  'parallel1-status-input': number;
}

/** Boot orders for the firmware (`V86Options.boot_order`). */
export const BootOrder = {
  /** By what there is: a floppy, else a hard disk, else a CD first. */
  AUTO: 0,
  /** CD, floppy, hard disk. */
  CD_FLOPPY_HARDDISK: 0x213,
  /** CD, hard disk, floppy. */
  CD_HARDDISK_FLOPPY: 0x123,
  /** Floppy, CD, hard disk. */
  FLOPPY_CD_HARDDISK: 0x231,
  /** Floppy, hard disk, CD. */
  FLOPPY_HARDDISK_CD: 0x321,
  /** Hard disk, CD, floppy. */
  HARDDISK_CD_FLOPPY: 0x132,
} as const;
/** One of these. */
export type BootOrder = (typeof BootOrder)[keyof typeof BootOrder];

/** Log levels of v86's debug builds (`V86Options.log_level`): without effect. */
export const LogLevel = {
  /** All. */
  LOG_ALL: -1,
  /** Nothing. */
  LOG_NONE: 0,
} as const;
/** One of these. */
export type LogLevel = (typeof LogLevel)[keyof typeof LogLevel];

/** There is no file, or no folder, of that name. */
export class FileNotFoundError extends Error {
  /** By which it is told from other errors. */
  override readonly name = 'FileNotFoundError';
}
