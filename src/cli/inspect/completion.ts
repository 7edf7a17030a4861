import { ConfigurationError } from '../../index.ts';
import { flags } from '../flags.ts';
import type { Answer, Command } from './command.ts';
import { optionOf } from './options.ts';

/** Words behind `rawiron`. */
const actions = ['start', 'demo', 'inspect', 'profile'];

/** What completes the command line in a shell, made from the tables that the command line is parsed with. */
export function completionCommand(all: () => readonly Command[]): Command {
  return {
    name: 'completion',
    usage: '(bash | zsh)',
    help: 'prints what completes this command line: source <(rawiron inspect completion bash)',
    options: [],
    run({ words }): Answer {
      const [shell] = words;
      if (shell !== 'bash' && shell !== 'zsh')
        throw new ConfigurationError('completion: give the name of the shell, bash or zsh');
      const script = shell === 'bash' ? bashScript(all()) : zshScript(all());
      return { data: { shell, script }, text: () => script };
    },
  };
}

function machineFlags(): string {
  return flags.flatMap(({ names }) => names.map((name) => `-${name}`)).join(' ');
}

/** `option|value|file` by command: what may follow it. */
function bashScript(commands: readonly Command[]): string {
  const cases = commands.map(({ name, options }) => {
    return `    ${name}) words="${options.map((option) => `--${option}`).join(' ')} --help" ;;`;
  });
  return `# bash completion of rawiron
_rawiron() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command= words=
  case \${COMP_WORDS[1]} in
    inspect) command=\${COMP_WORDS[2]} ;;
    profile) command=profile ;;
  esac
  if [[ $COMP_CWORD -eq 1 ]]; then
    COMPREPLY=($(compgen -W "${actions.join(' ')} ${machineFlags()}" -- "$current"))
    return
  fi
  if [[ \${COMP_WORDS[1]} == inspect && $COMP_CWORD -eq 2 ]]; then
    COMPREPLY=($(compgen -W "${commands.map(({ name }) => name).join(' ')}" -- "$current"))
    return
  fi
  case $command,$previous in
${valueCases(commands)}
  esac
  case $command in
${cases.join('\n')}
    *) words="${machineFlags()}" ;;
  esac
  if [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  else
    COMPREPLY=($(compgen -f -- "$current"))
  fi
}
complete -o filenames -F _rawiron rawiron
`;
}

/** Values that an option may have. */
function valueCases(commands: readonly Command[]): string {
  const names = [...new Set(commands.flatMap(({ options }) => options))].map(optionOf);
  const cases = names.flatMap(({ name, values }) => {
    if (values === undefined || values === 'file') return [];
    return [`    *,--${name}) COMPREPLY=($(compgen -W "${values.join(' ')}" -- "$current")); return ;;`];
  });
  return cases.join('\n');
}

function zshScript(commands: readonly Command[]): string {
  const list = commands.map(({ name, help }) => `    '${name}:${quoted(help)}'`);
  const cases = commands.map(({ name, options }) => {
    const specs = options.map((option) => zshOption(optionOf(option)));
    return `      ${name}) _arguments ${[...specs, "'--help[what it takes]'", "'*:argument:_files'"].join(' ')} ;;`;
  });
  return `#compdef rawiron
_rawiron() {
  local -a commands=(
${list.join('\n')}
  )
  if (( CURRENT == 2 )); then
    compadd -- ${actions.join(' ')} ${machineFlags()}
    return
  fi
  if [[ $words[2] == inspect && CURRENT -eq 3 ]]; then
    _describe command commands
    return
  fi
  case $words[2] in
    inspect) shift 2 words; (( CURRENT -= 2 )) ;;
    profile) shift words; (( CURRENT -= 1 )) ;;
    *) compadd -- ${machineFlags()}; _files; return ;;
  esac
  case $words[1] in
${cases.join('\n')}
  esac
}
compdef _rawiron rawiron
`;
}

function zshOption({ name, argument, help, values }: ReturnType<typeof optionOf>): string {
  const text = `--${name}[${quoted(help).replace(/[[\]]/g, '')}]`;
  if (argument === undefined) return `'${text}'`;
  const what = values === 'file' ? '_files' : values ? `(${values.join(' ')})` : ' ';
  return `'${text}:${quoted(argument)}:${what}'`;
}

function quoted(text: string): string {
  return text.replaceAll("'", '’').replaceAll(':', '\\:');
}
