import type { ReportGuestError } from '../../bus/guest-error.ts';
import { BACKEND_DOMAIN, GUEST_DOMAIN } from '../abi.ts';
import { HOME, type StoreServer } from '../store/server.ts';

/** States of a front end and of a back end (xen/include/public/io/xenbus.h). */
const BusState = {
  unknown: 0,
  initialising: 1,
  initWait: 2,
  initialised: 3,
  connected: 4,
  closing: 5,
  closed: 6,
} as const;

/** The values that a front end has written below its directory, by their names, such as `ring-ref`; undefined: it has not. */
export type FrontValues = (name: string) => string | undefined;

/** A device whose driver in the guest, the front end, talks to it by the store and by rings. */
export interface Backend {
  /** The kind of device, as directories are called: vbd, vif. */
  readonly kind: string;
  /** Its number among those of its kind. */
  readonly number: number;
  /** The nodes that its front end finds in its own directory, and in the back end's. */
  frontNodes(): Readonly<Record<string, string>>;
  backNodes(): Readonly<Record<string, string>>;
  /**
   * The front end has said where its rings are, or a state was loaded in which it had: the guest is not to notice anything then. What it is to
   * find next in the back end's directory; null: that cannot be.
   */
  connect(front: FrontValues): Readonly<Record<string, string>> | null;
  /** Both ends are connected: something may be in the rings already. */
  start(): void;
  /** The front end says that it has seen that, and may have asked for more. */
  confirmed?(): void;
  disconnect(): void;
  /** Has `renewed` called with nodes of the back end's directory that change while it is connected. */
  watch?(renewed: (nodes: Readonly<Record<string, string>>) => void): void;
}

/** Has the back ends and their front ends agree, by the states that each writes. */
export class Bus {
  readonly #backends: readonly Backend[];
  readonly #server: StoreServer;
  readonly #guestError: ReportGuestError;

  constructor(backends: readonly Backend[], server: StoreServer, guestError: ReportGuestError) {
    this.#backends = backends;
    this.#server = server;
    this.#guestError = guestError;
    for (const backend of backends) backend.watch?.((nodes) => this.#renew(backend, nodes));
  }

  /** The nodes of all devices, as a guest finds them at its start. */
  get nodes(): [string, string][] {
    return this.#backends.flatMap((backend) => {
      const [front, back] = [frontOf(backend), backOf(backend)];
      const inFront = {
        backend: back,
        'backend-id': `${BACKEND_DOMAIN}`,
        state: `${BusState.initialising}`,
        ...backend.frontNodes(),
      };
      const inBack = {
        frontend: front,
        'frontend-id': `${GUEST_DOMAIN}`,
        online: '1',
        state: `${BusState.initWait}`,
        ...backend.backNodes(),
      };
      return [...below(front, inFront), ...below(back, inBack)];
    });
  }

  /** Something has changed at a path of the store. */
  changed(path: string): void {
    const backend = this.#backends.find((one) => path === `${frontOf(one)}/state`);
    if (backend !== undefined) this.#follow(backend, Number(this.#server.store.get(path)));
  }

  /** The state was loaded: devices whose front ends were connected go on, and no others. */
  restored(): void {
    for (const backend of this.#backends) {
      if (this.#stateOf(backend) === BusState.connected) this.#connect(backend);
      else backend.disconnect();
    }
  }

  /** The guest starts again. */
  reset(): void {
    for (const backend of this.#backends) backend.disconnect();
  }

  #follow(backend: Backend, front: number): void {
    const own = this.#stateOf(backend);
    const isReady = front === BusState.initialised || front === BusState.connected;
    // Linux's drivers of keyboards and framebuffers do not say that they begin when they come again.
    const comesAgain = front === BusState.initialised && own === BusState.closed;
    if (front === BusState.initialising && own === BusState.closed) this.#setState(backend, BusState.initWait);
    else if ((isReady && own === BusState.initWait) || comesAgain) this.#begin(backend);
    else if (front === BusState.connected && own === BusState.connected) backend.confirmed?.();
    else if (front === BusState.closing && own !== BusState.closed) {
      backend.disconnect();
      this.#setState(backend, BusState.closing);
    } else if ((front === BusState.closed || Number.isNaN(front)) && own !== BusState.closed) {
      backend.disconnect();
      this.#setState(backend, BusState.closed);
    }
  }

  #begin(backend: Backend): void {
    const nodes = this.#connect(backend);
    if (nodes === null) return;
    const { store } = this.#server;
    for (const [path, value] of below(backOf(backend), nodes)) store.set(path, value);
    this.#setState(backend, BusState.connected);
    backend.start();
  }

  /** A front end looks at the nodes again when the state is written again, though it is the one that it was. */
  #renew(backend: Backend, nodes: Readonly<Record<string, string>>): void {
    if (this.#stateOf(backend) !== BusState.connected) return;
    for (const [path, value] of below(backOf(backend), nodes)) this.#server.store.set(path, value);
    this.#setState(backend, BusState.connected);
  }

  #connect(backend: Backend): Readonly<Record<string, string>> | null {
    const { store } = this.#server;
    const nodes = backend.connect((name) => store.get(`${frontOf(backend)}/${name}`));
    if (nodes === null)
      this.#guestError(`xen ${backend.kind}: the front end has given no rings that can be, of`, backend.number);
    return nodes;
  }

  #stateOf(backend: Backend): number {
    return Number(this.#server.store.get(`${backOf(backend)}/state`));
  }

  #setState(backend: Backend, state: number): void {
    this.#server.store.set(`${backOf(backend)}/state`, `${state}`);
  }
}

function frontOf({ kind, number }: Backend): string {
  return `${HOME}/device/${kind}/${number}`;
}

function backOf({ kind, number }: Backend): string {
  return `/local/domain/${BACKEND_DOMAIN}/backend/${kind}/${GUEST_DOMAIN}/${number}`;
}

function below(directory: string, nodes: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(nodes).map(([name, value]) => [`${directory}/${name}`, value]);
}
