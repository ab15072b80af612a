#compdef callsheet
# Completion of callsheet for zsh. Load it with: source <(callsheet completions zsh)
_callsheet() {
    local value help
    local -a values
    while IFS= read -r value && IFS= read -r help; do
        values+=("${value//:/\\:}:$help")
    done < <("${words[1]}" completions zsh -- "${(@)words[1,CURRENT]}" 2>/dev/null)
    _describe -V callsheet values
}
compdef _callsheet callsheet
