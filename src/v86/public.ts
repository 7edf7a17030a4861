/** Names that come with v86's class. */
export { ConfigurationError } from '../common.ts';
export type { Bus, BusListener } from './bus.ts';
export type { AutomaticStep, V86Emulator } from './emulator.ts';
export type { PageElement } from './page.ts';
export type { ExpectedLine, ScreenAdapter } from './screen.ts';
export {
  BootOrder,
  type ConsoleConfig,
  type DownloadError,
  type DownloadProgress,
  type Event,
  FileNotFoundError,
  type FilesystemConfig,
  LogLevel,
  type ScreenConfig,
  type V86BufferImage,
  type V86FileImage,
  type V86Image,
  type V86NetworkDevice,
  type V86Options,
} from './types.ts';
