import type { BusMemory } from '../../memory/bus-memory.ts';
import type { PhysicalMap } from '../../memory/physical-map.ts';
import type { Component } from '../../snapshot/describe.ts';
import type { XenDomain } from '../domain.ts';
import type { Backend, FrontValues } from './bus.ts';
import { EVENT_BYTES, EventRing, type EventRingPlace, eventOf } from './event-ring.ts';
import {
  directoryForm,
  FramebufferDirectory,
  fitted,
  type Layout,
  layoutState,
  MOST_FRAMEBUFFER_BYTES,
  readLayout,
} from './framebuffer-layout.ts';
import { type FramebufferPicture, FramebufferPictures } from './framebuffer-picture.ts';
import { type FrontChannel, frontChannel } from './front-channel.ts';
import { numberedPage } from './front-page.ts';

/** The rings of struct xenfb_page (io/fbif.h). */
const toGuest: EventRingPlace = { at: 1024, events: Math.floor(1024 / EVENT_BYTES), consumed: 0, produced: 4 };
const fromGuest: EventRingPlace = { at: 2048, events: Math.floor(2048 / EVENT_BYTES), consumed: 8, produced: 12 };
/** Types of events: one to the guest, the others from it. */
const EventType = { refreshPeriod: 1, update: 2, resize: 3 } as const;
/** Milliseconds between two pictures: those of QEMU's windows. */
const REFRESH_PERIOD = 30;

export interface FramebufferBackendOptions {
  /** Unique in the machine; names the state. */
  readonly name: string;
  readonly domain: XenDomain;
  readonly memory: BusMemory;
  readonly map: PhysicalMap;
}

interface Front {
  readonly toGuest: EventRing;
  readonly fromGuest: EventRing;
  readonly channel: FrontChannel;
  readonly directory: FramebufferDirectory;
}

/** The back end of a framebuffer (Xen's io/fbif.h), which is in the guest's memory. Its pages are looked up again for each picture. */
export class FramebufferBackend implements Backend {
  readonly kind = 'vfb';
  readonly number = 0;
  readonly component: Component;
  readonly pictures: FramebufferPictures;
  readonly #options: FramebufferBackendOptions;
  readonly #layout: Layout = layoutState.create();
  #front: Front | null = null;

  constructor(options: FramebufferBackendOptions) {
    this.#options = options;
    this.component = layoutState.bind(options.name, this.#layout);
    this.pictures = new FramebufferPictures(options.map, () => this.#picture());
  }

  /** Megabytes of video memory: Linux takes no more, and 2 of itself. */
  frontNodes(): Readonly<Record<string, string>> {
    return { videoram: `${MOST_FRAMEBUFFER_BYTES >> 20}` };
  }

  /** Updates are not requested: written pages tell of them, at no cost for the guest while nobody looks. */
  backNodes(): Readonly<Record<string, string>> {
    return { 'feature-resize': '1', 'request-update': '0', ...this.frontNodes() };
  }

  connect(front: FrontValues): Readonly<Record<string, string>> | null {
    const { memory, domain } = this.#options;
    const page = numberedPage(memory, front('page-ref'));
    const address = page();
    if (address === null) return null;
    // A state that was loaded has the layout of the last resize.
    const layout = fitted(this.#layout) ?? fitted(readLayout(memory, address));
    if (layout === null) return null;
    const channel = frontChannel(domain.channels, front('event-channel'), () => this.#serve());
    if (channel === null) return null;
    Object.assign(this.#layout, layout);
    this.#front = {
      toGuest: new EventRing(memory, page, toGuest),
      fromGuest: new EventRing(memory, page, fromGuest),
      channel,
      directory: new FramebufferDirectory(memory, page, directoryForm(front('protocol'), memory, address)),
    };
    return {};
  }

  /** Front ends that draw somewhere else first are told how often to draw here. */
  start(): void {
    this.#serve();
    const { toGuest, channel } = this.#front!;
    if (toGuest.room === 0) return;
    toGuest.put(eventOf(EventType.refreshPeriod, REFRESH_PERIOD));
    channel.raise();
  }

  disconnect(): void {
    this.#front?.channel.close();
    this.#front = null;
    Object.assign(this.#layout, layoutState.create());
  }

  #picture(): FramebufferPicture | null {
    const layout = this.#front === null ? null : fitted(this.#layout);
    return layout === null ? null : { layout, directory: this.#front!.directory };
  }

  /** The front end hears when there is room for events again. */
  #serve(): void {
    const { fromGuest, channel } = this.#front!;
    const events = fromGuest.take();
    for (const event of events) this.#handle(event);
    if (events.length > 0) channel.raise();
  }

  #handle(event: DataView): void {
    const type = event.getUint8(0);
    if (type === EventType.resize) this.#resize(event);
    else if (type !== EventType.update) this.#options.domain.guestError('xen vfb: unknown event', type);
  }

  #resize(event: DataView): void {
    const layout = fitted({
      width: event.getInt32(4, true),
      height: event.getInt32(8, true),
      lineBytes: event.getUint32(12, true),
      depth: event.getUint32(16, true),
      offset: event.getUint32(20, true),
      length: this.#layout.length,
    });
    if (layout === null)
      this.#options.domain.guestError('xen vfb: no picture of this size, width', event.getInt32(4, true));
    else Object.assign(this.#layout, layout);
  }
}
