/** A machine's serial line and screen. */
import RFB from '/page/vendor/novnc/core/rfb.js';
import { Terminal } from '/page/vendor/xterm/lib/xterm.mjs';
import { FitAddon } from '/page/vendor/xterm-fit/lib/addon-fit.mjs';
import { byId } from './elements.js';
import { socketAddress } from './gateway.js';

/** The machine that is shown, and what ends that. */
const shown = { name: '', end: () => {} };

/** Opens the console of a machine: its screen, if it has one, or its serial line. */
export function openConsole(name, hasScreen) {
  byId('console-title').textContent = name;
  byId('console').showModal();
  shown.name = name;
  show(hasScreen ? 'screen' : 'serial');
}

function show(part) {
  shown.end();
  const isSerial = part === 'serial';
  byId('terminal').hidden = !isSerial;
  byId('viewer').hidden = isSerial;
  byId('show-serial').setAttribute('aria-pressed', isSerial);
  byId('show-screen').setAttribute('aria-pressed', !isSerial);
  say('connecting…');
  shown.end = (isSerial ? showSerial : showScreen)(shown.name);
}

const say = (text) => {
  byId('console-state').textContent = text;
};

function showSerial(name) {
  const terminal = new Terminal({ fontSize: 14, scrollback: 5000 });
  const fit = new FitAddon();
  terminal.loadAddon(fit);
  terminal.open(byId('terminal'));
  fit.fit();
  const socket = new WebSocket(socketAddress(name, 'console'));
  socket.binaryType = 'arraybuffer';
  socket.onopen = () => {
    say('');
    terminal.focus();
  };
  socket.onmessage = ({ data }) => terminal.write(new Uint8Array(data));
  socket.onclose = ({ reason }) => say(reason || 'the connection was closed');
  const encoder = new TextEncoder();
  terminal.onData((text) => socket.readyState === WebSocket.OPEN && socket.send(encoder.encode(text)));
  terminal.onBinary((text) => socket.send(Uint8Array.from(text, (letter) => letter.charCodeAt(0))));
  const resized = () => fit.fit();
  addEventListener('resize', resized);
  return () => {
    removeEventListener('resize', resized);
    socket.onclose = null;
    socket.close();
    terminal.dispose();
  };
}

function showScreen(name) {
  // It says why it was closed: noVNC only whether that was in order.
  const socket = new WebSocket(socketAddress(name, 'screen'), ['binary']);
  socket.addEventListener('close', ({ reason }) => say(reason || 'the connection was closed'));
  const viewer = new RFB(byId('viewer'), socket);
  viewer.scaleViewport = true;
  viewer.background = '#000';
  viewer.addEventListener('connect', () => {
    say('');
    viewer.focus();
  });
  return () => {
    viewer.disconnect();
    byId('viewer').replaceChildren();
  };
}

byId('show-serial').onclick = () => show('serial');
byId('show-screen').onclick = () => show('screen');
byId('close').onclick = () => byId('console').close();
byId('console').addEventListener('close', () => {
  shown.end();
  shown.end = () => {};
});
// Esc is for the machine.
byId('console').addEventListener('cancel', (event) => event.preventDefault());
