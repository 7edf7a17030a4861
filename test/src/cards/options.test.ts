import { expect, test } from 'vitest';
import { type CardOptions, planCards } from '../../../src/cards/options.ts';
import { macText } from '../../../src/network/addresses.ts';

test('names and addresses count up', () => {
  const plans = planCards([{}, { card: 'e1000' }, { mac: '52:54:00:12:34:58' }, {}, { name: 'mine' }]);
  expect(plans.map(({ config }) => `${config.name} ${macText(config.mac)}`)).toEqual([
    'rtl8139.0 52:54:00:12:34:56',
    'e1000.0 52:54:00:12:34:57',
    'rtl8139.1 52:54:00:12:34:58',
    'rtl8139.2 52:54:00:12:34:59',
    'mine 52:54:00:12:34:5a',
  ]);
});

test.each<[string, unknown, string]>([
  ['no array', {}, 'network is [object Object]; it must be an array of cards'],
  ['too many', new Array(7).fill({}), 'network has 7 cards; at most 6 are possible'],
  ['another card', [{ card: 'tulip' }], "unknown network[0].card 'tulip'; it is one of: rtl8139"],
  ['an unknown option', [{}, { model: 'e1000' }], "unknown 'model' in network[1]; it is one of: card, mac"],
  ['no address', [{ mac: '52:54' }], "network[0].mac is '52:54'; give six bytes such as 52:54:00:12:34:56"],
  ['a group', [{ mac: '01:00:5e:00:00:01' }], 'network[0].mac is 01:00:5e:00:00:01, a multicast address'],
  [
    'an address twice',
    [{}, { mac: '52-54-00-12-34-56' }],
    'network[1].mac is 52-54-00-12-34-56, which another card has',
  ],
  ['a name twice', [{ name: 'a' }, { name: 'a' }], "network[1]: there is a card 'a' already; give another name"],
  ['no backend', [{ backend: 'user' }], "network[0].backend is 'user'; it must be an object such as { type: 'user' }"],
])('%s', (_, cards, message) => {
  expect(() => planCards(cards as CardOptions[])).toThrow(message);
});
