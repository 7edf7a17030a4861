/** A layout as data. */
export interface LayoutTable {
  readonly title: string;
  /**
   * A line for each row of the keyboard, a word for each key of `layoutKeys`: the characters alone, with Shift, with AltGr, and with both. A
   * letter alone has its capital with Shift. ∅ is none. A mark on ◌ is a dead key's.
   */
  readonly rows: string;
}

/** The keys of the rows, by QEMU's names. Keyboards lack some: their words in the tables are ∅. */
export const layoutKeys: readonly (readonly string[])[] = [
  'grave_accent 1 2 3 4 5 6 7 8 9 0 minus equal',
  'q w e r t y u i o p bracket_left bracket_right',
  'a s d f g h j k l semicolon apostrophe backslash',
  'less z x c v b n m comma dot slash ro',
].map((row) => row.split(' '));

/** Keyboard layouts of a guest, by QEMU's names; `dvorak` is the US one of Dvorak. */
export type KeyboardLayout = 'en-us' | 'en-gb' | 'de' | 'fr' | 'es' | 'it' | 'pt-br' | 'sv' | 'dvorak';

/**
 * Tables of the layouts: for each the keys that the layouts of Windows, Linux and X11 with this name share, by QEMU's names
 * (`-k`), and Dvorak's.
 */
export const layoutTables: Readonly<Record<KeyboardLayout, LayoutTable>> = {
  'en-us': {
    title: 'English (US)',
    rows: `
      \`~ 1! 2@ 3# 4$ 5% 6^ 7& 8* 9( 0) -_ =+
      q w e r t y u i o p [{ ]}
      a s d f g h j k l ;: '" \\|
      ∅ z x c v b n m ,< .> /? ∅`,
  },
  'en-gb': {
    title: 'English (UK)',
    rows: `
      \`¬¦ 1! 2" 3£ 4$€ 5% 6^ 7& 8* 9( 0) -_ =+
      q w e r t y u i o p [{ ]}
      a s d f g h j k l ;: '@ #~
      \\| z x c v b n m ,< .> /? ∅`,
  },
  de: {
    title: 'German',
    rows: `
      ◌̂° 1! 2"² 3§³ 4$ 5% 6& 7/{ 8([ 9)] 0=} ß?\\ ◌́◌̀
      qQ@ w eE€ r t z u i o p ü +*~
      a s d f g h j k l ö ä #'
      <>| y x c v b n mMµ ,; .: -_ ∅`,
  },
  fr: {
    title: 'French',
    rows: `
      ² &1 é2~ "3# '4{ (5[ -6| è7\` _8\\ ç9^ à0@ )°] =+}
      a z eE€ r t y u i o p ◌̂◌̈ $£¤
      q s d f g h j k l m ù% *µ
      <> w x c v b n ,? ;. :/ !§ ∅`,
  },
  es: {
    title: 'Spanish',
    rows: `
      ºª\\ 1!| 2"@ 3·# 4$~ 5% 6&¬ 7/ 8( 9) 0= '? ¡¿
      q w eE€ r t y u i o p ◌̀◌̂[ +*]
      a s d f g h j k l ñ ◌́◌̈{ çÇ}
      <> z x c v b n m ,; .: -_ ∅`,
  },
  it: {
    title: 'Italian',
    rows: `
      \\| 1! 2" 3£ 4$ 5% 6& 7/ 8( 9) 0= '?\` ì^~
      q w eE€ r t y u i o p èé[{ +*]}
      a s d f g h j k l òç@ à°# ù§
      <> z x c v b n m ,; .: -_ ∅`,
  },
  'pt-br': {
    title: 'Portuguese (Brazil)',
    rows: `
      '" 1!¹ 2@² 3#³ 4$£ 5%¢ 6◌̈¬ 7& 8* 9( 0) -_ =+§
      q w e r t y u i o p ◌́◌̀ [{ª
      a s d f g h j k l ç ◌̃◌̂ ]}º
      \\| z x c v b n m ,< .> ;: /?°`,
  },
  sv: {
    title: 'Swedish',
    rows: `
      §½ 1! 2"@ 3#£ 4¤$ 5%€ 6& 7/{ 8([ 9)] 0=} +?\\ ◌́◌̀
      q w eE€ r t y u i o p å ◌̈◌̂◌̃
      a s d f g h j k l ö ä '*
      <>| z x c v b n mMµ ,; .: -_ ∅`,
  },
  dvorak: {
    title: 'Dvorak',
    rows: `
      \`~ 1! 2@ 3# 4$ 5% 6^ 7& 8* 9( 0) [{ ]}
      '" ,< .> p y f g c r l /? =+
      a o e u i d h t n s -_ \\|
      ∅ ;: q j k x b m w v z ∅`,
  },
};
