import { ConfigurationError } from '../../index.ts';
import { actionNames, commandNames, programCommands } from '../commands.ts';
import { fishScript } from '../completion/fish.ts';
import { flagValues } from '../completion/flag-values.ts';
import { flags } from '../flags.ts';
import type { Answer, Command } from './command.ts';
import { optionOf } from './options.ts';

const shells = ['bash', 'zsh', 'fish'];

/** The command that prints completion scripts for shells, which are made from the tables of the parser. */
export function completionCommand(all: () => readonly Command[]): Command {
  return {
    name: 'completion',
    usage: '(bash | zsh | fish)',
    help: 'prints what completes this command line: source <(rawiron completion bash), rawiron completion fish | source',
    options: [],
    words: 1,
    values: shells,
    run({ words }): Answer {
      const [shell] = words;
      if (shell === undefined || !shells.includes(shell))
        throw new ConfigurationError('completion: give the name of the shell, bash, zsh or fish');
      const script = scripts[shell]!(all());
      return { data: { shell, script }, text: () => script };
    },
  };
}

const scripts: Readonly<Record<string, (commands: readonly Command[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/** Commands that have options of their own, and no commands. */
const ownCommands = programCommands.flatMap(({ name, options }) => (options ? [{ name, options }] : []));

/** Cases of a shell's `case` by the word before, for flags after which only some words make sense. */
function flagCases(line: (flag: string, values: string) => string): string {
  return flagValues()
    .filter(({ takesArgument, values }) => takesArgument && values.length > 0)
    .map(({ flag, values }) => line(flag, values.join(' ')))
    .join('\n');
}

function machineFlags(): string {
  return flags.flatMap(({ names }) => names.map((name) => `-${name}`)).join(' ');
}

/**
 * bash takes `=` for the end of a word, where its COMP_WORDBREAKS says so: words are taken from the line itself, and what
 * stands in front of the last `=` is not offered again.
 */
function bashScript(commands: readonly Command[]): string {
  const names = commands.map(({ name }) => name).join(' ');
  const cases = commands.map(({ name, options, values = [] }) => {
    const words = options.map((option) => `--${option}`).join(' ');
    return `    ${name}) options="${words} --help" values="${values.join(' ')}" ;;`;
  });
  return `# bash completion of rawiron
_rawiron() {
  local line=\${COMP_LINE:0:COMP_POINT} current previous before= command= options= values=
  local -a words
  current=\${line##*[[:space:]]}
  read -ra words <<< "\${line%"$current"}"
  previous=\${words[-1]}
  [[ $current == *,* ]] && before=\${current%,*},
  if [[ $current == --*=* ]]; then
    previous=\${current%%=*} current=\${current#*=} before=\${before#--*=}
  fi
  local typed=\${current%"\${current##*=}"}
  case \${words[1]} in
    inspect) command=\${words[2]} ;;
    profile) command=profile ;;
    completion) command=completion ;;
${ownCommands.map(({ name }) => `    ${name}) command=${name} ;;`).join('\n')}
  esac
  if [[ " \${words[*]} " == *' -- '* ]]; then
    command=-
    [[ $previous == -- ]] && values="${actionNames.join(' ')}"
  elif [[ \${#words[@]} -eq 1 ]]; then
    values="${commandNames.join(' ')}"
  elif [[ \${words[1]} == inspect && \${#words[@]} -eq 2 ]]; then
    values="${names}" command=inspect
  fi
  case $command,$previous in
    inspect,*) ;;
${flagCases((flag, values) => `    ,${flag}) values="${values}" ;;`)}
${bashValues(commands)}
  esac
  case $command in
    inspect) ;;
${ownCommands.map(({ name, options }) => `    ${name}) options="${options.join(' ')}" ;;`).join('\n')}
${cases.join('\n')}
    *) options="${machineFlags()}" ;;
  esac
  [[ $current == -* ]] && values=$options
  [[ -z $values ]] && compopt -o filenames 2> /dev/null
  COMPREPLY=($(if [[ -n $values ]]; then compgen -W "$values" -- "$current"; else compgen -f -- "$current"; fi))
  if [[ \${#COMPREPLY[@]} -eq 0 && $current == *=* ]]; then
    compopt -o filenames 2> /dev/null
    COMPREPLY=($(compgen -f -P "$typed" -- "\${current##*=}"))
  fi
  [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *= ]] && compopt -o nospace 2> /dev/null
  [[ $COMP_WORDBREAKS == *=* ]] && COMPREPLY=("\${COMPREPLY[@]#"$typed"}")
}
complete -F _rawiron rawiron
`;
}

/** Possible values of an option's argument for bash; for a list, those after its last comma. */
function bashValues(commands: readonly Command[]): string {
  const options = [...new Set(commands.flatMap((command) => command.options))].map(optionOf);
  const cases = options.flatMap(({ name, values, isList }) => {
    if (values === undefined || values === 'file') return [];
    const offered = isList ? values.map((value) => `\${before}${value}`) : values;
    return [`    *,--${name}) values="${offered.join(' ')}" command=value ;;`];
  });
  return cases.join('\n');
}

function zshScript(commands: readonly Command[]): string {
  const list = commands.map(({ name, help }) => `    '${name}:${quoted(help)}'`);
  const cases = commands.map(({ name, options, values }) => {
    const specs = options.map((option) => zshOption(optionOf(option)));
    const words = values ? `'*:argument:(${values.join(' ')})'` : "'*:argument:_files'";
    return `    ${name}) _arguments ${[...specs, "'--help[what it takes]'", words].join(' ')} ;;`;
  });
  return `#compdef rawiron
_rawiron() {
  local -a commands=(
${list.join('\n')}
  )
  local machine="${machineFlags()}"
  case $words[CURRENT-1] in
${flagCases((flag, values) => `    ${flag}) compadd -- ${values}; _files; return ;;`)}
  esac
  if (( CURRENT == 2 )); then
    compadd -- ${commandNames.join(' ')} \${=machine}
    return
  fi
  if [[ $words[2] == inspect && CURRENT -eq 3 ]]; then
    _describe command commands
    return
  fi
  if (( \${words[(I)--]} )); then
    [[ $words[CURRENT-1] == -- ]] && compadd -- ${actionNames.join(' ')}
    compadd -- \${=machine}
    [[ $words[CURRENT] == -* ]] || _files
    return
  fi
  case $words[2] in
    inspect) shift 2 words; (( CURRENT -= 2 )) ;;
    profile|completion) shift words; (( CURRENT -= 1 )) ;;
${ownCommands.map(({ name, options }) => `    ${name}) compadd -- ${options.join(' ')}; _files; return ;;`).join('\n')}
    *) compadd -- \${=machine}; [[ $words[CURRENT] == -* ]] || _files; return ;;
  esac
  case $words[1] in
${cases.join('\n')}
  esac
}
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }
compdef _rawiron rawiron
`;
}

function zshOption({ name, argument, help, values, isList }: ReturnType<typeof optionOf>): string {
  const text = `[${quoted(help).replace(/[[\]]/g, '')}]`;
  if (argument === undefined) return `'--${name}${text}'`;
  return `'--${name}=${text}:${quoted(argument)}:${zshAction(values, isList)}'`;
}

function zshAction(values: ReturnType<typeof optionOf>['values'], isList: true | undefined): string {
  if (values === undefined) return ' ';
  if (values === 'file') return '_files';
  return isList ? `_sequence compadd - ${values.join(' ')}` : `(${values.join(' ')})`;
}

function quoted(text: string): string {
  return text.replaceAll("'", '’').replaceAll(':', '\\:');
}
