/** The page of a fleet: what there is, every two seconds. */
import { openConsole } from './console.js';
import { byId, element, fillTable, megabytes } from './elements.js';
import { ask, machinePath } from './gateway.js';
import { MachineList } from './machine-list.js';

/** Milliseconds between two looks. */
const LOOK = 2000;

let scopes = [];
const may = (scope) => scopes.includes(scope);
const machines = new MachineList({ open: openConsole, act, may });

function say(text) {
  byId('problem').textContent = text;
}

/** Does something, shows why it could not be done, and looks at what there is now. */
async function act(what) {
  try {
    await what();
    say('');
  } catch (error) {
    say(error.message);
  }
  await look().catch((error) => say(error.message));
}

async function look() {
  const [all, images, runs] = await Promise.all(['/machines', '/images', '/runs'].map((path) => ask('GET', path)));
  machines.update(all);
  showImages(images);
  const progress = ({ count, ended }) => element('progress', { max: count, value: ended });
  fillTable(
    byId('runs'),
    runs.map((run) => [run.id, element('span', {}, progress(run), ` ${run.ended} of ${run.count}`)]),
  );
  if (!may('hosts')) return;
  const [hosts, queue, log] = await Promise.all(['/hosts', '/queue', '/log'].map((path) => ask('GET', path)));
  fillTable(byId('hosts'), hosts.map(hostCells));
  byId('queue').textContent = Object.entries(queue)
    .map(([state, count]) => `${count} ${state}`)
    .join(', ');
  byId('no-log').hidden = log.length > 0;
  byId('log').replaceChildren(
    ...log.map(({ time, source, message }) => element('li', {}, `${time.slice(0, 19)} ${source}: ${message}`)),
  );
}

function hostCells({ id, machines, memory, free }) {
  const taken = memory - free;
  const meter = element('meter', { max: memory, value: taken, title: `${megabytes(free)} free` });
  return [id, String(machines), element('span', {}, meter, ` ${megabytes(taken)} of ${megabytes(memory)}`)];
}

function showImages(images) {
  const select = byId('image');
  const names = images.map(({ name }) => name);
  if (names.join('\n') === [...select.options].map(({ value }) => value).join('\n')) return;
  const chosen = select.value;
  select.replaceChildren(...names.map((name) => element('option', { value: name, textContent: name })));
  if (names.includes(chosen)) select.value = chosen;
}

/** Shows the fleet, or the form for a token. */
async function begin() {
  try {
    const { tenant, scopes: given, hasToken } = await ask('GET', '/me');
    scopes = given;
    byId('who').textContent = tenant === '' ? '' : tenant;
    byId('leave').hidden = !hasToken;
    byId('fleet').hidden = false;
    byId('login').hidden = true;
    byId('hosts-section').hidden = !may('hosts');
    byId('log-section').hidden = !may('hosts');
    byId('start').hidden = !may('machines');
  } catch (error) {
    if (error.status !== 401) return say(error.message);
    byId('fleet').hidden = true;
    byId('login').hidden = false;
    return;
  }
  for (;;) {
    await look().catch((error) => say(error.message));
    await new Promise((resolve) => setTimeout(resolve, LOOK));
  }
}

byId('login').onsubmit = async (event) => {
  event.preventDefault();
  try {
    await ask('POST', '/login', { token: byId('token').value });
    location.reload();
  } catch (error) {
    say(error.message);
  }
};
byId('leave').onclick = async () => {
  await ask('POST', '/logout');
  location.reload();
};
byId('start').onsubmit = (event) => {
  event.preventDefault();
  void act(() => ask('POST', machinePath(byId('name').value), { image: byId('image').value }));
};

void begin();
