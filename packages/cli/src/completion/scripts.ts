/** Shells for which there is completion. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const

export type CompletionShell = (typeof SHELLS)[number]

/**
 * What a shell has to know. Each asks `dhis2-files complete SHELL -- WORDS…`, where the last word is the one at the cursor, and gets
 * a line for each value, with a tab before what it is about, or the line `:paths`. Words are passed as they are, and never evaluated.
 */
export const COMPLETION_SCRIPTS: Readonly<Record<CompletionShell, string>> = {
  bash: `# bash completion for dhis2-files and d2f: in ~/.bashrc, eval "$(dhis2-files completion bash)"
_dhis2_files() {
  local line
  COMPREPLY=()
  # bash 3 has no compopt: there, paths are offered where nothing else is
  compopt +o default 2>/dev/null
  while IFS= read -r line; do
    if [[ $line == :paths ]]; then
      compopt -o default 2>/dev/null
    else
      COMPREPLY+=("\${line%%$'\\t'*}")
    fi
  done < <(command dhis2-files complete bash -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _dhis2_files dhis2-files d2f`,
  zsh: `#compdef dhis2-files d2f
# zsh completion for dhis2-files and d2f: in ~/.zshrc after compinit, eval "$(dhis2-files completion zsh)"
_dhis2_files() {
  local line
  local -a lines values
  lines=("\${(@f)$(command dhis2-files complete zsh -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  for line in $lines; do
    if [[ $line == :paths ]]; then
      compset -P '--*='
      _files
      return
    fi
    values+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  (( $#values )) && _describe -t values value values
}
if [[ $funcstack[1] == _dhis2_files ]]; then
  _dhis2_files
else
  compdef _dhis2_files dhis2-files d2f
fi`,
  fish: `# fish completion for dhis2-files and d2f: dhis2-files completion fish > ~/.config/fish/completions/dhis2-files.fish
function __dhis2_files_complete
    set -l current (commandline -ct)
    set -l words (commandline -opc) "$current"
    for line in (command dhis2-files complete fish -- $words[2..-1] 2>/dev/null)
        if test "$line" = :paths
            __fish_complete_path (string replace -r -- '^--[^=]*=' '' "$current")
        else
            printf '%s\\n' $line
        end
    end
end
complete -c dhis2-files -f -a '(__dhis2_files_complete)'
complete -c d2f -f -a '(__dhis2_files_complete)'`,
}
