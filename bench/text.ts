const SENTENCES = 500;
const words =
  `the of and a to in is that it was for on are as with his they at be this from have or by one had not but what all
  were when we there can an your which their said if do will each about how up out them then she many some so these
  would other into has more her two like him see time could no make than first been its who now people my made over
  did down only way find use may water long little very after words called just where most know get through back much
  before go good new write our used me man too any day same right look think also around another came come work three
  word must because does part even place well such here take why things help put years different away again off went
  old number great tell men say small every found still between name should home big give air line set own under read
  last never us left end along while might next sound below saw something thought both few those always looked show
  large often together asked house world going want school important until form food keep children feet land side
  without boy once animals life enough took sometimes four head above kind began almost live page got earth need far
  hand high year mother light parts country father let night following picture being study second eyes soon times
  story boys since white days ever paper hard near sentence better best across during today others however sure means
  knew tried told young miles sun ways thing whole hear example heard several change answer room sea against top
  turned learn point city play toward five using himself usually`.split(/\s+/);

/** Text that is not quite nonsense to a compressor, about 28 KB if nothing else is said: the same each time. */
export function sampleText(sentences = SENTENCES, seed = 1): string {
  let state = seed;
  const random = (limit: number) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  // Small numbers are frequent, as the first words are in English.
  const word = () => words[Math.floor((random(words.length) * (random(1000) + 1)) / 1000)];
  const sentence = () => {
    const text = Array.from({ length: 5 + random(14) }, word).join(' ');
    return text[0].toUpperCase() + text.slice(1) + (random(5) === 0 ? '.\n' : '. ');
  };
  return Array.from({ length: sentences }, sentence).join('');
}
