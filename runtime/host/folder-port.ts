import type { HostDoor } from './door.ts';
import type { FolderPort } from './folder.ts';
import { ports } from './ports.ts';

/** The device's end of a folder that is at the host. */
export function hostFolderPort(door: HostDoor, name: string): FolderPort {
  const requests = door.requests(ports.folder(name));
  return {
    exchange: ({ number, bytes, room }, done) =>
      requests.request(() => ({ type: 'message', number, bytes: bytes(), room }), done),
    restart: () => requests.restart({ type: 'restart' }),
    reset() {
      requests.cancel();
      requests.tell('reset', { type: 'reset' });
    },
  };
}
