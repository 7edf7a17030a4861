import type { DriveThread } from '../host.ts';

/** The library's end of a connection whose other side begins with the first message: most machines that may have a drive plugged in never get one. */
export function startedByMessage(
  port: DriveThread['port'],
  begin: () => void,
): Pick<DriveThread, 'port' | 'isStarted'> {
  let isStarted = false;
  return {
    get isStarted() {
      return isStarted;
    },
    port: {
      postMessage(message) {
        if (!isStarted) begin();
        isStarted = true;
        port.postMessage(message);
      },
      set onmessage(receive: DriveThread['port']['onmessage']) {
        port.onmessage = receive;
      },
      get onmessage() {
        return port.onmessage;
      },
      close: () => port.close(),
    },
  };
}
